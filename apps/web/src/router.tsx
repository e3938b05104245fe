import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { Level } from "./data/owner.ts";
import { loadMe } from "./data/use-me.ts";
import { isUnauthenticated } from "./lib/api-problem.ts";
import { whenSignedOut } from "./lib/query-client.ts";
import { AppShell } from "./shell/app-shell.tsx";
import { FailurePage } from "./shell/failure-page.tsx";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { PendingPage } from "./shell/pending-page.tsx";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import("./features/identity/sign-in-page.tsx"), "SignInPage"),
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  validateSearch: signInSearch,
  beforeLoad: async ({ search: { invitation } }) => {
    // An invitation's link leads here; who has an account already has only to say yes.
    if (invitation !== undefined && (await isSignedIn())) {
      throw redirect({ to: "/join", search: { invitation } });
    }
  },
  component: lazyRouteComponent(() => import("./features/identity/sign-up-page.tsx"), "SignUpPage"),
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(
    () => import("./features/identity/forgot-password-page.tsx"),
    "ForgotPasswordPage",
  ),
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  component: lazyRouteComponent(
    () => import("./features/identity/reset-password-page.tsx"),
    "ResetPasswordPage",
  ),
});

const confirmAddressRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/confirm-address",
  component: lazyRouteComponent(
    () => import("./features/identity/confirm-address-page.tsx"),
    "ConfirmAddressPage",
  ),
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join",
  validateSearch: (search): { invitation: string } => ({ invitation: textOf(search.invitation) ?? "" }),
  beforeLoad: async ({ search: { invitation } }) => {
    if (invitation === "") throw redirect({ to: "/configuration" });
    if (!(await isSignedIn())) throw redirect({ to: "/sign-in", search: { invitation } });
  },
  component: lazyRouteComponent(() => import("./features/identity/join-page.tsx"), "JoinPage"),
  pendingComponent: PendingPage,
});

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  beforeLoad: async ({ location }) => {
    if (!(await isSignedIn())) throw redirect({ to: "/sign-in", search: { returnTo: location.href } });
  },
  component: AppShell,
  pendingComponent: PendingPage,
});

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/configuration" });
  },
});

const configurationRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/configuration",
  validateSearch: levelSearch,
  component: lazyRouteComponent(
    () => import("./features/configuration/configuration-page.tsx"),
    "ConfigurationPage",
  ),
});

const auditRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/audit",
  validateSearch: levelSearch,
  component: lazyRouteComponent(() => import("./features/audit/audit-page.tsx"), "AuditPage"),
});

const budgetsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/budgets",
  validateSearch: levelSearch,
  component: lazyRouteComponent(() => import("./features/budgets/budgets-page.tsx"), "BudgetsPage"),
});

const keysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/keys",
  validateSearch: levelSearch,
  component: lazyRouteComponent(() => import("./features/keys/keys-page.tsx"), "KeysPage"),
});

const policyRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/policy",
  component: lazyRouteComponent(() => import("./features/policy/policy-page.tsx"), "PolicyPage"),
});

const membersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/members",
  component: lazyRouteComponent(() => import("./features/members/members-page.tsx"), "MembersPage"),
});

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/account",
  component: lazyRouteComponent(() => import("./features/account/account-page.tsx"), "AccountPage"),
});

/** Every page of the app and its address. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    signInRoute,
    signUpRoute,
    forgotPasswordRoute,
    resetPasswordRoute,
    confirmAddressRoute,
    joinRoute,
    signedInRoute.addChildren([
      configurationRoute,
      auditRoute,
      budgetsRoute,
      keysRoute,
      policyRoute,
      membersRoute,
      accountRoute,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 200,
  defaultErrorComponent: FailurePage,
  scrollRestoration: true,
});

whenSignedOut(() => {
  const { pathname, href, search } = router.state.location;
  if (pathname === "/sign-in" || pathname === "/sign-up") return;
  const { invitation } = search as { invitation?: string };
  const kept = pathname === "/join" ? { invitation } : { returnTo: href };
  void router.navigate({ to: "/sign-in", search: kept, ignoreBlocker: true });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** Whether somebody is signed in; a failure to find out counts as a failure. */
async function isSignedIn(): Promise<boolean> {
  try {
    await loadMe();
    return true;
  } catch (error) {
    if (isUnauthenticated(error)) return false;
    throw error;
  }
}

function signInSearch(search: Record<string, unknown>): { invitation?: string; returnTo?: string } {
  return { invitation: textOf(search.invitation), returnTo: textOf(search.returnTo) };
}

function levelSearch(search: Record<string, unknown>): { level?: Level } {
  return search.level === "organization" || search.level === "you" ? { level: search.level } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

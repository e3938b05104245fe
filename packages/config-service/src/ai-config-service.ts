import type { Actor } from "@ai-config/db";
import { deleteConfiguration } from "./configuration/delete-configuration.ts";
import type { EffectiveConfiguration } from "./configuration/effective-configuration.ts";
import { getEffectiveConfiguration } from "./configuration/get-effective-configuration.ts";
import { getOrganizationConfiguration } from "./configuration/get-organization-configuration.ts";
import { listConfigurations } from "./configuration/list-configurations.ts";
import type { ConfigurationSummary } from "./configuration/stored-configuration.ts";
import { type ToggleConfigurationResult, toggleConfiguration } from "./configuration/toggle-configuration.ts";
import { type UpdateConfigurationResult, updateConfiguration } from "./configuration/update-configuration.ts";
import type { ServiceContext } from "./context.ts";
import { defaultServiceContext } from "./default-service-context.ts";
import { type RotateApiKeyResult, rotateApiKey } from "./keys/rotate-api-key.ts";
import type { Owner } from "./owner.ts";

export interface ActingAs {
  /** Who asks. Default: the account itself, and for an organization the service. */
  actor?: Actor;
}

export interface ChangeOptions extends ActingAs {
  expectedVersion?: number;
  reason?: string;
}

const SERVICE: Actor = { type: "service", name: "ai-config-service" };

/**
 * The verbs of this package behind one object, for code that holds an account's id and trusts itself. It acts
 * as that account unless told otherwise; row security and the audit see it so.
 */
export class AIConfigService {
  readonly #context: () => Promise<ServiceContext>;

  constructor(context: ServiceContext | (() => Promise<ServiceContext>)) {
    this.#context = typeof context === "function" ? context : async () => context;
  }

  async getEffectiveConfiguration(
    userId: string,
    options: ActingAs & { organizationId?: string } = {},
  ): Promise<EffectiveConfiguration> {
    const { actor = self(userId), organizationId } = options;
    return getEffectiveConfiguration(await this.#context(), {
      actor,
      userId,
      organizationId: organizationId ?? null,
    });
  }

  async updateConfiguration(
    userId: string,
    configName: string,
    updates: unknown,
    options: ChangeOptions = {},
  ): Promise<UpdateConfigurationResult> {
    const owner: Owner = { type: "user", userId };
    return updateConfiguration(await this.#context(), {
      actor: self(userId),
      ...options,
      owner,
      configName,
      updates,
    });
  }

  async deleteConfiguration(
    userId: string,
    configName: string,
    options: ActingAs & { reason?: string } = {},
  ): Promise<void> {
    const owner: Owner = { type: "user", userId };
    await deleteConfiguration(await this.#context(), { actor: self(userId), ...options, owner, configName });
  }

  async getUserConfigurations(
    userId: string,
    { actor = self(userId) }: ActingAs = {},
  ): Promise<ConfigurationSummary[]> {
    return listConfigurations(await this.#context(), { actor, owner: { type: "user", userId } });
  }

  /** The id alone does not say whose row it is, so without an actor the service itself acts. */
  async toggleConfiguration(
    configId: string,
    isActive: boolean,
    { actor = SERVICE }: ActingAs = {},
  ): Promise<ToggleConfigurationResult> {
    return toggleConfiguration(await this.#context(), { actor, configId, isActive });
  }

  async rotateAPIKey(
    userId: string,
    newKey: string,
    { actor = self(userId) }: ActingAs = {},
  ): Promise<RotateApiKeyResult> {
    return rotateApiKey(await this.#context(), { actor, owner: { type: "user", userId }, newKey });
  }

  async getOrganizationConfiguration(
    organizationId: string,
    { actor = SERVICE }: ActingAs = {},
  ): Promise<EffectiveConfiguration> {
    return getOrganizationConfiguration(await this.#context(), { actor, organizationId });
  }

  async updateOrganizationConfiguration(
    organizationId: string,
    configName: string,
    updates: unknown,
    options: ChangeOptions = {},
  ): Promise<UpdateConfigurationResult> {
    const owner: Owner = { type: "organization", organizationId };
    return updateConfiguration(await this.#context(), {
      actor: SERVICE,
      ...options,
      owner,
      configName,
      updates,
    });
  }

  async deleteOrganizationConfiguration(
    organizationId: string,
    configName: string,
    options: ActingAs & { reason?: string } = {},
  ): Promise<void> {
    const owner: Owner = { type: "organization", organizationId };
    await deleteConfiguration(await this.#context(), { actor: SERVICE, ...options, owner, configName });
  }

  async getOrganizationConfigurations(
    organizationId: string,
    { actor = SERVICE }: ActingAs = {},
  ): Promise<ConfigurationSummary[]> {
    return listConfigurations(await this.#context(), {
      actor,
      owner: { type: "organization", organizationId },
    });
  }

  async rotateOrganizationAPIKey(
    organizationId: string,
    newKey: string,
    { actor = SERVICE }: ActingAs = {},
  ): Promise<RotateApiKeyResult> {
    return rotateApiKey(await this.#context(), {
      actor,
      owner: { type: "organization", organizationId },
      newKey,
    });
  }
}

/** Ready to use: connects with the process environment when it is first asked something. */
export const aiConfigService = new AIConfigService(defaultServiceContext);

function self(userId: string): Actor {
  return { type: "user", userId };
}

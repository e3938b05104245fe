import { Monitor, Moon, Sun } from "lucide-react";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "../lib/theme.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { Menu, MenuChoice } from "../ui/menu.tsx";

const looks = { light: Sun, dark: Moon, system: Monitor } as const;
const words: readonly [ThemeChoice, string][] = [
  ["light", "Light"],
  ["dark", "Dark"],
  ["system", "System"],
];

/** Light, dark, or as the system has it. */
export function ThemeMenu() {
  const choice = useThemeChoice();
  const Current = looks[choice];
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="Theme">
          <Current className="size-4" />
        </IconButton>
      }
    >
      <MenuChoice
        label="Theme"
        value={choice}
        onChange={chooseTheme}
        options={words.map(([value, word]) => {
          const Icon = looks[value];
          return {
            value,
            label: (
              <>
                <Icon aria-hidden className="size-4" />
                {word}
              </>
            ),
          };
        })}
      />
    </Menu>
  );
}

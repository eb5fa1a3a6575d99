import { createContext } from "preact";
import type { Zone } from "./write-values.ts";

type Theme = "auto" | "light" | "dark";

/** What a reader chooses for all views; kept in the browser. */
export type Settings = { zone: Zone; theme: Theme };

export const SettingsContext = createContext<Settings>({ zone: "UTC", theme: "auto" });

const name = "hourtally";

export function readSettings(): Settings {
  const [zone, theme] = (localStorage.getItem(name) ?? "").split(" ");
  return {
    zone: zone === "local" ? "local" : "UTC",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
  };
}

export function keepSettings({ zone, theme }: Settings): void {
  localStorage.setItem(name, `${zone} ${theme}`);
  document.documentElement.dataset.theme = theme;
}

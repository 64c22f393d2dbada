// The colours of pictures. Those of everything else are in style.css.

import { useEffect, useState } from "preact/hooks";

export type Theme = {
  ink: string;
  soft: string;
  line: string;
  paper: string;
  panel: string;
  accent: string;
  /** By the hash of a service: none is told from another by its colour alone. */
  hues: string[];
  status: Record<string, string>;
};

const LIGHT: Theme = {
  ink: "#1b2230",
  soft: "#525c6e",
  line: "#aab2c0",
  paper: "#ffffff",
  panel: "#eef1f6",
  accent: "#2348ad",
  hues: ["#2f58c8", "#17806d", "#b5541c", "#7a3fb0", "#a8326b", "#53701a", "#1f7394", "#7a5a16"],
  status: {
    complete: "#1d7a4f",
    known: "#3f8f86",
    skipped: "#8a93a3",
    retired: "#7a5a16",
    forbidden: "#b3261e",
    partial: "#b86a00",
    pending: "#2348ad",
    failed: "#6d1fa0",
  },
};

const DARK: Theme = {
  ink: "#e8ecf4",
  soft: "#a9b3c5",
  line: "#566178",
  paper: "#12161f",
  panel: "#1d2330",
  accent: "#9db8ff",
  hues: ["#7d9dff", "#43c1a8", "#f08d54", "#bd8cf0", "#ee7fb2", "#a3c35a", "#5fbbe0", "#d3ab52"],
  status: {
    complete: "#4cc38a",
    known: "#6fb8ae",
    skipped: "#7c8799",
    retired: "#d3ab52",
    forbidden: "#ff7b72",
    partial: "#f5a742",
    pending: "#9db8ff",
    failed: "#cf8bf7",
  },
};

const DARKNESS = matchMedia("(prefers-color-scheme: dark)");

export const theme = (): Theme => (DARKNESS.matches ? DARK : LIGHT);

export const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The theme, which follows that of the system. */
export function useTheme(): Theme {
  const [current, setCurrent] = useState(theme);
  useEffect(() => {
    const change = () => setCurrent(theme());
    DARKNESS.addEventListener("change", change);
    return () => DARKNESS.removeEventListener("change", change);
  }, []);
  return current;
}

/** The colour of a type: that of the words its name begins with, which mostly are its service. */
export function hue(type: string, of: Theme): string {
  const words = type.replace(/^(azure|microsoft|intune)_/, "").split("_", 1)[0] ?? "";
  let hash = 7;
  for (const letter of words) hash = (hash * 31 + letter.charCodeAt(0)) % 9973;
  return of.hues[hash % of.hues.length] ?? of.accent;
}

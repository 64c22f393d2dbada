// Numbers, moments and names as people read them.

const NUMBER = new Intl.NumberFormat("en");
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

export const count = (number: number): string => NUMBER.format(number);

export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** A moment in UTC; what is none stays as it is. */
export function moment(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? String(value) : `${MOMENT.format(date)} UTC`;
}

/** The value of a property, in one line. */
export function value(of: unknown, form?: string | null): string {
  if (of === null || of === undefined) return "";
  if (form === "date" && typeof of === "number") return moment(of);
  if (Array.isArray(of)) return of.map((it) => value(it)).join(", ");
  return typeof of === "object" ? JSON.stringify(of) : String(of);
}

/** Whether a property that no step declares holds a moment in milliseconds, by its name. */
export const isMoment = (name: string, of: unknown): boolean =>
  typeof of === "number" && of > 1e11 && /(On|At|DateTime|Date)$/.test(name);

/** A text as a string of J1QL. */
export const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

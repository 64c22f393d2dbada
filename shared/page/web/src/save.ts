// Saving what is shown: tables as CSV, pictures as SVG and PNG.

function save(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A cell as RFC 4180 has it. What a spreadsheet would take for a formula begins with an
 * apostrophe: whoever names things in a tenant could have it run. */
function cell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text));
  const marked = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(marked) ? `"${marked.replaceAll('"', '""')}"` : marked;
}

export const csv = (rows: string[][]): string => rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");

export function saveCsv(name: string, rows: string[][]): void {
  save(`${name}.csv`, new Blob([csv(rows)], { type: "text/csv" }));
}

export function saveSvg(name: string, text: string): void {
  save(`${name}.svg`, new Blob([text], { type: "image/svg+xml" }));
}

export function saveBlob(name: string, blob: Blob): void {
  save(name, blob);
}

/** Draws a picture in SVG twice as large, and saves it as PNG. */
export async function savePng(name: string, text: string, width: number, height: number): Promise<void> {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = height * 2;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(`${name}.png`, blob));
  } finally {
    URL.revokeObjectURL(address);
  }
}

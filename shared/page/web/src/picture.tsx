// Pictures in SVG. A table beside each says the same, so they are hidden from screen readers.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

import { savePng, saveSvg } from "./save";

type Properties = {
  name: string;
  label: string;
  width: number;
  height: number;
  background: string;
  children: ComponentChildren;
};

export function Picture({ name, label, width, height, background, children }: Properties) {
  const picture = useRef<SVGSVGElement>(null);
  const text = () => {
    const copy = picture.current?.cloneNode(true) as SVGSVGElement | undefined;
    if (!copy) return "";
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", String(width));
    copy.setAttribute("height", String(height));
    return new XMLSerializer().serializeToString(copy);
  };
  return (
    <figure class="picture">
      <svg ref={picture} viewBox={`0 0 ${width} ${height}`} width={width} role="img" aria-label={label}>
        <rect width={width} height={height} fill={background} />
        {children}
      </svg>
      <SaveButtons
        svg={() => saveSvg(name, text())}
        png={() => savePng(name, text(), width, height)}
      />
    </figure>
  );
}

export const SaveButtons = ({ svg, png }: { svg: () => void; png: () => void }) => (
  <p class="tools">
    <button type="button" onClick={svg}>
      Save as SVG
    </button>
    <button type="button" onClick={png}>
      Save as PNG
    </button>
  </p>
);

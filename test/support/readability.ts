/** As much of an element as is asked for here. */
interface Shown {
  readonly outerHTML: string;
  readonly parentElement: Shown;
  getBoundingClientRect(): { readonly height: number };
}

interface Shell {
  readonly document: {
    readonly documentElement: {
      readonly lang: string;
      readonly scrollWidth: number;
      readonly clientWidth: number;
    };
    querySelectorAll(selector: string): Iterable<Shown>;
  };
  getComputedStyle(element: Shown): { readonly color: string; readonly backgroundColor: string };
}

/** Runs inside a page: its language, and what is too wide, of too little contrast (WCAG AA) or too small to hit. */
export function readability() {
  const { document, getComputedStyle } = globalThis as unknown as Shell;
  const numbers = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const linear = (c: number) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]: number[]) => 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);
  const ground = (element: Shown): number[] => {
    const color = numbers(getComputedStyle(element).backgroundColor);
    return color[3] === 0 ? ground(element.parentElement) : color;
  };
  const contrast = (element: Shown) => {
    const [a, b] = [luminance(numbers(getComputedStyle(element).color)), luminance(ground(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const { lang, scrollWidth, clientWidth } = document.documentElement;
  const texts = [...document.querySelectorAll('h1, p, a, button, label, legend')];
  const buttons = [...document.querySelectorAll('button')];
  return {
    lang,
    overflow: scrollWidth > clientWidth,
    unreadable: texts.filter((text) => contrast(text) < 4.5).map((text) => text.outerHTML),
    small: buttons
      .filter((button) => button.getBoundingClientRect().height < 44)
      .map((button) => button.outerHTML),
  };
}

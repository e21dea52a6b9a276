// Whether the gateway's parts are up, in one line.

import { health } from "./api.js";
import { el } from "./dom.js";
import { t } from "./words.js";

const PAUSE = 30_000;

/** Look now, and again every half a minute while the page is seen. */
export function watch(list) {
  const look = async () => {
    const found = await health();
    const parts = found === null
      ? [["gateway", "down"]]
      : [["database", found.database], ...Object.entries(found.channels)];
    list.replaceChildren(...parts.map(([part, state]) =>
      el("li", { class: state, title: `${t(`channel.${part}`)}: ${t(`up.${state}`)}` },
        el("span", { text: t(`channel.${part}`) }), el("span", { class: "up", text: t(`up.${state}`) }))));
  };
  look();
  setInterval(() => document.visibilityState === "visible" && look(), PAUSE);
  return look;
}

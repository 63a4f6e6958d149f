"use strict";
// Answers by itself from the emulators that the page holds. What they are: methods/gaussian.py, trees.py, standing_in.py.

function inputsOf(held, values) {
  return held.factors.flatMap((factor, f) => {
    if (factor.levels.length && !factor.numeric) return factor.levels.slice(1).map((_, l) => Number(values[f] === l + 1));
    const value = factor.levels.length ? factor.levels[values[f]] : values[f];
    return [(value - factor.bounds[0]) / (factor.bounds[1] - factor.bounds[0])];
  });
}

function gap(one, other, lengths) {
  return one.reduce((sum, value, i) => sum + ((value - other[i]) / lengths[i]) ** 2, 0);
}

function expected(fitted, points, inputs) {
  if (fitted.kind === "boosted trees") {
    return fitted.roots.reduce((sum, root) => {
      let at = root;
      while (fitted.asks[at] >= 0) at = (inputs[fitted.asks[at]] <= fitted.threshold[at] ? fitted.left : fitted.right)[at];
      return sum + fitted.value[at];
    }, fitted.offset);
  }
  const line = inputs.reduce((sum, value, i) => sum + value * fitted.slopes[i], fitted.offset);
  return points.reduce((sum, point, p) => sum + fitted.weights[p] * Math.exp(-gap(inputs, point, fitted.lengths) / 2), line);
}

function answer(held, output, values) {
  const inputs = inputsOf(held, values), { judged, mean, chance } = output;
  const lengths = mean.lengths || inputs.map(() => 1);
  const near = Math.sqrt(Math.min(...held.points.map((point) => gap(inputs, point, lengths))));
  if (near > judged.farthest * (1 + 1e-9)) return null;
  const difference = expected(mean, held.points, inputs);
  const variance = Math.exp(expected(chance, held.points, inputs));
  const bar = judged.reach * Math.sqrt(variance * (judged.error + 1 / held.futures));
  return { difference, bar, verdict: verdict(difference, bar, output, held) };
}

function verdict(difference, bar, output, held) {
  if (Math.abs(difference) + bar <= output.smallest) return "small";
  if (Math.abs(difference) <= bar * held.sure || Math.abs(difference) < output.smallest) return "unclear";
  if (output.better === "neither") return difference > 0 ? "higher" : "lower";
  return (difference > 0) === (output.better === "higher") ? "better" : "worse";
}

function written(value, output, signed) {
  const [whole, rest] = Math.abs(value * output.factor).toFixed(output.places).split(".");
  const number = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
  if (!signed || !/[1-9]/.test(number)) return number;
  return (value < 0 ? "\u2212" : "+") + number;
}

function amount(value, output) {
  const number = written(value, output, true);
  return output.unit.startsWith("\u00a3") ? number.replace(/^([+\u2212]?)/, "$1\u00a3") + output.unit.slice(1) : `${number} ${output.unit}`;
}

function drawn(found, output) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 200 16");
  svg.setAttribute("preserveAspectRatio", "none");
  const at = (value) => 100 + 98 * Math.max(-1, Math.min(1, value / output.line));
  const add = (name, about) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(about).forEach(([key, value]) => part.setAttribute(key, value));
    svg.append(part);
  };
  const ink = { stroke: "currentColor", "vector-effect": "non-scaling-stroke" };
  add("line", { x1: 2, x2: 198, y1: 8, y2: 8, ...ink, "stroke-opacity": 0.35 });
  add("line", { x1: 100, x2: 100, y1: 0, y2: 16, ...ink });
  add("line", { x1: at(found.difference - found.bar), x2: at(found.difference + found.bar), y1: 8, y2: 8, ...ink, "stroke-width": 3 });
  add("line", { x1: at(found.difference), x2: at(found.difference), y1: 2, y2: 14, ...ink, "stroke-width": 4 });
  return svg;
}

if (typeof document !== "undefined" && document.getElementById("emulator")) {
  const held = JSON.parse(document.getElementById("emulator").textContent);
  const controls = held.factors.map((_, f) => document.getElementById(`lever-${f}`));
  const said = document.getElementById("said");
  let later = 0;

  const fill = (output, o, values) => {
    const row = document.getElementById(`answer-${o}`), [number, bar, told] = row.querySelectorAll("td");
    const found = answer(held, output, values);
    row.className = found ? "" : "none";
    told.className = "verdict" + (found && ["better", "worse"].includes(found.verdict) ? ` ${found.verdict}` : "");
    told.textContent = found ? held.words[found.verdict] : held.words.far;
    bar.replaceChildren(...(found ? [drawn(found, output)] : []));
    const small = document.createElement("small");
    if (found) small.textContent = ` \u00b1 ${written(found.bar, output)} ${output.unit === "pts" ? "pts" : ""}`;
    number.replaceChildren(found ? written(found.difference, output, true) : "\u2013", small);
    return found && ["better", "worse", "higher", "lower"].includes(found.verdict)
      ? `${held.words[found.verdict]} on ${output.label} (${amount(found.difference, output)})` : "";
  };

  const show = () => {
    const values = controls.map((control) => Number(control.value));
    controls.forEach((control, f) => {
      if (control.type !== "range") return;
      const text = `${Number(control.value)} ${held.factors[f].unit}`.trim();
      document.querySelector(`output[for="lever-${f}"]`).textContent = text;
      control.setAttribute("aria-valuetext", text);
    });
    const clear = held.outputs.map((output, o) => output && fill(output, o, values)).filter(Boolean);
    const moved = controls.some((control) => control.value !== control.dataset.start);
    clearTimeout(later);
    later = setTimeout(() => {
      said.textContent = !moved ? held.words.unmoved : clear.length ? `Clearly ${clear.join("; ")}.` : "Nothing is clearly different.";
    }, 400);
  };

  controls.forEach((control) => {
    control.dataset.start = control.value;
    control.addEventListener("input", show);
  });
  document.getElementById("back").addEventListener("click", () => {
    controls.forEach((control) => { control.value = control.dataset.start; });
    show();
  });
  show();
}
if (typeof module !== "undefined") module.exports = { answer };

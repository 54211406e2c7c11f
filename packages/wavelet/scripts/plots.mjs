// Makes docs/*.png, the plots of the README, out of the examples beside them. Build the package first; the browser is
// Chromium, of Debian's path or of the variable CHROMIUM.
//   pnpm build && node scripts/plots.mjs
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { compressed, image } from "../docs/compression.mjs";
import { clean, denoised, noisy } from "../docs/denoising.mjs";
import { freqs, magnitude, rate } from "../docs/scalogram.mjs";
import { psnr, snr } from "../docs/support.mjs";

const require = createRequire(import.meta.url);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Nothing of the browser's own over the network; the same pixels with and without a graphics card.
  args: [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
  ],
  chromiumSandbox: false,
});
try {
  await plot("denoising", drawLines, [
    lines(`noisy, SNR ${snr(clean, noisy).toFixed(1)} dB`, { noisy }),
    lines(`denoised with sym8 (grey: without noise), SNR ${snr(clean, denoised).toFixed(1)} dB`, {
      clean,
      denoised,
    }),
  ]);
  await plot("compression", drawImages, [
    picture("all coefficients", image),
    ...[0.05, 0.01].map((share) => {
      const approximation = compressed(share);
      return picture(
        `${100 * share} % of them, PSNR ${psnr(image, approximation).toFixed(1)} dB`,
        approximation,
      );
    }),
  ]);
  await plot("scalogram", drawScalogram, {
    title: "|cwt| of a chirp that rises from 10 Hz by 80 Hz per second",
    frequencies: Array.from(freqs),
    magnitude: Array.from(magnitude),
    seconds: magnitude.length / freqs.length / rate,
  });
} finally {
  await browser.close();
}

/** Has a function draw into a page, and keeps the page as an image. */
async function plot(name, draw, content) {
  const page = await browser.newPage({ viewport: { width: 800, height: 100 } });
  await page.setContent("<!doctype html><body></body>");
  await page.addStyleTag({ path: require.resolve("uplot/dist/uPlot.min.css") });
  await page.addStyleTag({
    content: `body { margin: 0; padding: 8px; background: #fff; color: #222; font: 14px "DejaVu Sans", sans-serif }
      .u-title { font: 14px "DejaVu Sans", sans-serif } .u-legend { font-size: 12px }
      body.row { display: flex; justify-content: space-between } figure { margin: 0 }
      figcaption { margin-bottom: 6px; text-align: center } canvas { image-rendering: pixelated }`,
  });
  await page.addScriptTag({ path: require.resolve("uplot/dist/uPlot.iife.min.js") });
  await page.evaluate(draw, content);
  // uPlot draws before the next frame.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  const path = fileURLToPath(new URL(`../docs/${name}.png`, import.meta.url));
  await page.screenshot({ path, fullPage: true });
  await page.close();
  console.log(path);
}

function lines(title, signals) {
  return { title, signals: Object.entries(signals).map(([label, values]) => [label, Array.from(values)]) };
}

function picture(title, { data, shape: [height, width] }) {
  return { title, width, height, greys: Array.from(data) };
}

// What follows runs in the page.

function drawLines(charts) {
  const colours = { noisy: "#8a939b", clean: "#b9bfc4", denoised: "#0b62a8" };
  const min = Math.min(...charts.flatMap(({ signals }) => signals.map(([, values]) => Math.min(...values))));
  const max = Math.max(...charts.flatMap(({ signals }) => signals.map(([, values]) => Math.max(...values))));
  for (const { title, signals } of charts) {
    const grid = { stroke: "#eceff1", width: 1 };
    const options = {
      title,
      width: 784,
      height: 210,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: [min, max] } },
      axes: [
        { grid, ticks: grid, values: (_, splits) => splits.map(String) },
        { grid, ticks: grid, size: 44 },
      ],
      series: [
        {},
        ...signals.map(([label]) => ({
          label,
          stroke: colours[label],
          width: label === "clean" ? 3 : label === "noisy" ? 0.8 : 1.5,
          points: { show: false },
        })),
      ],
    };
    const [[, first]] = signals;
    new uPlot(options, [first.map((_, i) => i), ...signals.map(([, values]) => values)], document.body);
  }
}

function drawImages(pictures) {
  document.body.className = "row";
  for (const { title, width, height, greys } of pictures) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = title;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pixels = new ImageData(width, height);
    greys.forEach((grey, i) => {
      pixels.data.set([grey, grey, grey, 255], 4 * i);
    });
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    figure.append(caption, canvas);
    document.body.append(figure);
  }
}

function drawScalogram({ title, frequencies, magnitude, seconds }) {
  const colours = ["#ffffff", "#d7e8f4", "#8fc1de", "#3d8cc0", "#0b4f8f", "#06264d"].map((colour) =>
    [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)),
  );
  const largest = magnitude.reduce((most, value) => Math.max(most, value), 0);
  const colour = (value) => {
    const place = (value / largest) * (colours.length - 1);
    const below = Math.min(Math.floor(place), colours.length - 2);
    return colours[below].map((from, i) => from + (place - below) * (colours[below + 1][i] - from));
  };
  const samples = magnitude.length / frequencies.length;
  const canvas = Object.assign(document.createElement("canvas"), {
    width: samples,
    height: frequencies.length,
  });
  const pixels = new ImageData(samples, frequencies.length);
  magnitude.forEach((value, i) => {
    // Low frequencies at the bottom.
    const row = frequencies.length - 1 - Math.floor(i / samples);
    pixels.data.set([...colour(value), 255], 4 * (row * samples + (i % samples)));
  });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  const bar = (u) => {
    const { left, top, width, height } = u.bbox;
    u.ctx.drawImage(canvas, left, top, width, height);
  };
  const options = {
    title,
    width: 784,
    height: 320,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [0, seconds] },
      y: { distr: 3, log: 2, range: [frequencies[0], frequencies.at(-1)] },
    },
    axes: [
      { label: "time in s", grid: { show: false }, size: 34, labelSize: 24, labelFont: '13px "DejaVu Sans"' },
      {
        label: "frequency in Hz",
        grid: { show: false },
        size: 52,
        labelFont: '13px "DejaVu Sans"',
        splits: () => [5, 10, 20, 40, 80, 160, 320],
        filter: (_, splits) => splits,
        values: (_, splits) => splits.map(String),
      },
    ],
    series: [{}, { stroke: "transparent", points: { show: false } }],
    hooks: { drawClear: [bar] },
  };
  new uPlot(
    options,
    [
      [0, seconds],
      [frequencies[0], frequencies.at(-1)],
    ],
    document.body,
  );
}

// What the examples of this folder are made of: noise, an image, and measures of error.
import ndarray from "ndarray";

/** n samples of white Gaussian noise with standard deviation 1, always the same. */
export function noise(n, seed = 1) {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float64Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** Signal over noise in dB. */
export function snr(clean, other) {
  return 10 * Math.log10(energy(clean) / energy(clean.map((value, i) => value - other[i])));
}

/** Peak signal (255) over noise in dB. */
export function psnr(image, other) {
  const error = image.data.map((value, i) => value - other.data[i]);
  return 10 * Math.log10((255 ** 2 * error.length) / energy(error));
}

function energy(x) {
  return x.reduce((sum, value) => sum + value ** 2, 0);
}

const spheres = [
  { centre: [-1.15, 1, 0.4], radius: 1, grey: 150, shine: 110 },
  { centre: [0.85, 0.62, -0.75], radius: 0.62, grey: 85, shine: 150 },
  { centre: [1.75, 0.8, 1.35], radius: 0.8, grey: 190, shine: 60 },
];
const light = unit([-0.65, 0.9, -0.6]);
const eye = [0, 1.45, -4.4];

/** Balls on a chequered floor, size × size, from 0 (black) to 255; every pixel is the mean of nine rays. */
export function scene(size) {
  const image = ndarray(new Float64Array(size * size), [size, size]);
  const offsets = [-1 / 3, 0, 1 / 3];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (const up of offsets) {
        for (const right of offsets) {
          const x = (column + right + 0.5) / size - 0.5;
          const y = 0.5 - (row + up + 0.5) / size;
          sum += seen(eye, unit([1.15 * x, 1.15 * y - 0.16, 1]));
        }
      }
      image.set(row, column, Math.round(sum / 9));
    }
  }
  return image;
}

/** The grey that a ray meets. */
function seen(from, ray) {
  const ball = nearest(from, ray);
  if (ball !== undefined) return onBall(ball, along(from, ray, ball.distance), ray);
  return ray[1] < 0 ? onFloor(along(from, ray, -from[1] / ray[1])) : sky(ray);
}

function onBall({ centre, radius, grey, shine }, point, ray) {
  const normal = point.map((value, i) => (value - centre[i]) / radius);
  const lit = nearest(point, light) === undefined ? Math.max(0, dot(normal, light)) : 0;
  const mirrored = along(ray, normal, -2 * dot(ray, normal));
  return Math.min(255, grey * (0.25 + 0.75 * lit) + shine * lit * Math.max(0, dot(mirrored, light)) ** 24);
}

function onFloor(point) {
  const [x, , z] = point;
  const even = (Math.floor(x / 0.6) + Math.floor(z / 0.6)) % 2 === 0;
  const lit = nearest(point, light) === undefined ? 1 : 0.45;
  const far = Math.exp(-Math.hypot(x, z) / 22);
  return far * lit * (even ? 215 : 95) + (1 - far) * 190;
}

function sky([x, y]) {
  const clouds = Math.sin(9 * x + 4 * Math.sin(14 * y)) * Math.sin(23 * y + 3 * Math.sin(7 * x));
  return 190 - 150 * y + 18 * clouds;
}

/** The ball that a ray meets first, if any, and its distance. */
function nearest(from, ray) {
  let found;
  for (const ball of spheres) {
    const towards = ball.centre.map((value, i) => value - from[i]);
    const half = dot(towards, ray);
    const root = half ** 2 - dot(towards, towards) + ball.radius ** 2;
    const distance = half - Math.sqrt(Math.max(0, root));
    if (root > 0 && distance > 1e-6 && !(found?.distance < distance)) found = { ...ball, distance };
  }
  return found;
}

function along(from, ray, distance) {
  return from.map((value, i) => value + distance * ray[i]);
}

function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function unit(vector) {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

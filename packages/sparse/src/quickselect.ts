/**
 * The number that would stand at place k if the first `length` numbers were sorted ascending; they are reordered.
 * Linear time for numbers as they come; where the splits go badly, a sort of what is left. No number may be NaN.
 */
export function quickselect(numbers: Float64Array, length: number, k: number): number {
  let left = 0;
  let right = length - 1;
  for (let rounds = 2 * Math.log2(length) + 8; left < right; rounds--) {
    if (rounds <= 0) {
      numbers.subarray(left, right + 1).sort();
      return numbers[k]!;
    }
    const pivot = median(numbers[left]!, numbers[(left + right) >>> 1]!, numbers[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (numbers[i]! < pivot) i++;
      while (numbers[j]! > pivot) j--;
      if (i > j) break;
      const swapped = numbers[i]!;
      numbers[i++] = numbers[j]!;
      numbers[j--] = swapped;
    }
    // left … j ≤ pivot ≤ i … right, and what lies between equals the pivot.
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return numbers[k]!;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

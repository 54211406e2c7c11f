import { AutogradError } from "../errors";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";

/**
 * Rows of a table [count, width] (float32, float16 or bfloat16) at int32 ids of any shape, each in 0 … count − 1:
 * float32 [...ids, width]. Only the rows that are used are widened to float32.
 */
export const embedding = (table: Operand, ids: Operand): Tensor => {
  const [rows, places] = [toTensor("embedding", table), toTensor("embedding", ids, "int32")];
  if (rows.rank !== 2 || places.dtype !== "int32")
    throw new AutogradError(
      `embedding: table ${rows.dtype}${showShape(rows.shape)}, ids ${places.dtype}${showShape(places.shape)}; takes [count, width] and int32`,
    );
  const found = ops.gather(rows, places);
  return rows.dtype === "float32" ? found : ops.cast(found, "float32");
};

export { type DataOf, type Dtype, dtypes, type TensorArray, viewAs } from "./dtype";
export { isSafetensorsError, SafetensorsError } from "./errors";
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16, toFloat32 } from "./half";
export type { TensorInfo } from "./header";
export { fileSource, writeFileAtomic, writeFilesAtomic } from "./node";
export { openSafetensors, type SafetensorsFile, type TensorData } from "./reader";
export { openSharded, parseShardIndex } from "./sharded";
export { type ByteSource, blobSource, bytesSource, type HttpSourceOptions, httpSource } from "./source";
export { type NamedTensors, serializeSafetensors, writeSafetensors } from "./writer";

export { Dropout, DropoutSeed } from "./dropout";
export { Embedding } from "./embedding";
export { LayerNorm } from "./layer-norm";
export { Linear, type LinearLayer, zeros } from "./linear";
export { isModule, Module, structureOf } from "./module";
export { asFloat32 } from "./weight";

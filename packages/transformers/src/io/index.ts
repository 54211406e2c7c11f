export { type FileSet, folderFiles, readJson, readText, translated } from "./files";
export { environment, node } from "./node";

import { browserSuite } from "./browser-suite";

browserSuite("webgpu");

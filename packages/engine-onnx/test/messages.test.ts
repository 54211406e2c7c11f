import { expect, test } from "vitest";
import { failedNode, sentenceOf } from "../src/messages";

// As ONNX Runtime 1.30 says it.
test.each([
  [
    "Non-zero status code returned while running Gather node. Name:'gather_0' Status Message: indices element out of data bounds, idx=3 must be within the inclusive range [-3,2]",
    "indices element out of data bounds, idx=3 must be within the inclusive range [-3,2]",
    "gather_0",
  ],
  [
    "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: Non-zero status code returned while running GatherElements node. Name:'crossEntropy_3' Status Message: /mnt/s/gather_elements.cc:77 int64_t onnxruntime::GetIndex(size_t, const T *, int64_t) [T = int] Index out of range\n",
    "Index out of range",
    "crossEntropy_3",
  ],
  [
    "/onnxruntime_src/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n",
    "Failed to get a WebGPU adapter: No supported adapters",
    null,
  ],
  [
    "Non-zero status code returned while running Cast node. Name:'cast_1' Status Message: shader_helper.cc:416 GenerateSourceCode Program Cast requires f16 but the device does not support it.",
    "Program Cast requires f16 but the device does not support it",
    "cast_1",
  ],
  ["std::bad_alloc", "std::bad_alloc", null],
])("%s", (message, sentence, node) => {
  expect(sentenceOf(new Error(message))).toBe(sentence);
  expect(failedNode(new Error(message))).toBe(node);
});

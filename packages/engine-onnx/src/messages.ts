const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What an error of ONNX Runtime says, without status codes, places in its sources and node names. */
export const sentenceOf = (error: unknown): string => {
  const message = messageOf(error)
    .replace(/^failed to call \w+\(\)\. /, "")
    .replace(/^ERROR_CODE: \d+, ERROR_MESSAGE: /, "")
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, "")
    .replace(/^Non-zero status code returned while running .*? Status Message: /s, "")
    // file.cc:12 Function, or /folder/file.cc:12 Type function(arguments) const [with T = float] condition was false.
    .replace(/^[\w.]+\.(?:cc|h|cpp):\d+ \w+ /, "")
    .replace(/^\S*\/\S+\.(?:cc|h|cpp):\d+ .*?\)(?: const)?(?:::<lambda\(.*?\)>)?(?: \[[^\]]*\])? /s, "")
    .replace(/^[^\n]*? was false\.\s*/, "")
    .replace(/\s+/g, " ")
    .trim();
  return message === "" ? messageOf(error).trim() : message.replace(/\.$/, "");
};

/** The name of the node in which a run failed, as ONNX Runtime tells it. */
export const failedNode = (error: unknown): string | null => {
  const message = messageOf(error);
  const found = /Name:'([^']+)'/.exec(message) ?? /Kernel "\[\w+\] ([^"]+)" failed/.exec(message);
  return found === null ? null : found[1]!;
};

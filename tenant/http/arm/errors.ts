import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An answer of Azure Resource Manager other than success: `{"error": {"code", "message"}}`. */
export class ArmError extends Error {
  override name = "ArmError";
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  body() {
    return { error: { code: this.code, message: this.message } };
  }
}

export const badRequest = (code: string, message: string) => new ArmError(400, code, message);

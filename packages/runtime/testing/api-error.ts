/** An answer that is not a success, in the words of the wire. Thrown by every check, caught in one place. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export function invalidRequest(message: string): ApiError {
  return new ApiError(400, "invalid_request_error", message);
}

export function notFound(message: string): ApiError {
  return new ApiError(404, "not_found_error", message);
}

export interface WireError {
  type: string;
  message: string;
  details?: Record<string, unknown> | undefined;
}

/** The one shape of every error: body of a refused request, or data of an `error` event. */
export function errorBody({ type, message, details }: WireError, requestId: string) {
  const error = details ? { details, type, message } : { type, message };
  return { type: "error", error, request_id: requestId };
}

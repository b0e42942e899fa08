/** What a method answers instead of a result. celestia-node has code 1 for all of its own. */
export class RpcError extends Error {
  readonly code: number

  constructor(message: string, code = 1) {
    super(message)
    this.code = code
  }
}

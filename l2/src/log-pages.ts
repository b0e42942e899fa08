import { ExchangeError } from '@parley/http'
import { SettlementError } from '@parley/protocol/light'
import { BaseError, RpcRequestError, TimeoutError } from 'viem'

/** Pages taken after which a larger one is tried again: what a provider takes also depends on how many logs there are. */
const pagesUntilLarger = 100

/**
 * How many blocks one request for logs may span. Providers refuse long ranges, each from another length on and in words of
 * its own: what is refused is halved until it is taken, and that length is remembered.
 */
export class LogPages {
  readonly #most: bigint
  #length: bigint
  #taken = 0

  /** @param most - Blocks of one request at most. */
  constructor(most: bigint) {
    this.#most = most
    this.#length = most
  }

  /**
   * Reads one page of at most `blocks` blocks.
   * @param read - Reads so many blocks; called again with half as many when the node refuses.
   * @returns how many blocks were read, and what `read` gave.
   * @throws what `read` throws of a single block, or of a node that cannot be asked.
   */
  async page<T>(blocks: bigint, read: (blocks: bigint) => Promise<T>): Promise<{ blocks: bigint; value: T }> {
    const before = this.#length
    for (let span = blocks < before ? blocks : before; ; span = (span + 1n) / 2n)
      try {
        const value = await read(span)
        this.#count(span < before && span < blocks ? span : before)
        return { blocks: span, value }
      } catch (error) {
        // What refuses a single block says nothing about lengths.
        if (span <= 1n || !mayBeTooLong(error)) throw error
      }
  }

  #count(length: bigint): void {
    this.#taken = length < this.#length ? 0 : this.#taken + 1
    this.#length = length
    if (this.#taken < pagesUntilLarger || length >= this.#most) return
    this.#length = length * 2n < this.#most ? length * 2n : this.#most
    this.#taken = 0
  }
}

const tooLong: ReadonlySet<ExchangeError['kind']> = new Set(['too large', 'unreadable', 'timeout'])

/** Whether a shorter range may be taken: the node answered, or took too long. Nobody answers a host that is away. */
function mayBeTooLong(error: unknown): boolean {
  const cause = error instanceof SettlementError ? error.cause : error
  if (cause instanceof ExchangeError) return tooLong.has(cause.kind)
  if (!(cause instanceof BaseError)) return false
  return cause.walk((inner) => inner instanceof RpcRequestError || inner instanceof TimeoutError) !== null
}

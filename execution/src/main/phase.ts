import { ExecutionError, type ExecutionFault } from '../faults.ts'

/** What the lanes are doing with the state. */
type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'open' | 'sealing' }
  | { readonly kind: 'busy'; readonly with: string }

/** Keeps calls that work on the state from one another. Once ended it stays so. */
export class PhaseKeeper {
  /** Number of the open block. */
  block = 0n
  private phase: Phase = { kind: 'idle' }
  private ended: ExecutionFault | undefined
  private lost: string | undefined
  /** Calls that share the state. */
  private sharing = 0

  get isOpen(): boolean {
    return this.phase.kind === 'open'
  }

  /** @throws {ExecutionError} once the lanes ended or the state is lost. */
  assertUsable(): void {
    this.assertAlive()
    if (this.lost !== undefined) throw new ExecutionError({ code: 'STATE_LOST', reason: this.lost })
  }

  assertAlive(): void {
    if (this.ended !== undefined) throw new ExecutionError(this.ended)
  }

  assertOpen(call: string): void {
    this.assertUsable()
    if (this.phase.kind !== 'open') throw new ExecutionError({ code: 'NOT_OPEN', call })
  }

  /** @throws {ExecutionError} `ALREADY_OPEN`, `BUSY` */
  assertIdle(call: string): void {
    this.assertAlive()
    if (this.phase.kind === 'busy') throw new ExecutionError({ code: 'BUSY', call, with: this.phase.with })
    if (this.phase.kind !== 'idle') throw new ExecutionError({ code: 'ALREADY_OPEN', call })
  }

  open(block: bigint): void {
    this.assertUsable()
    this.assertIdle('open')
    this.block = block
    this.phase = { kind: 'open' }
  }

  beginSeal(): void {
    this.assertOpen('seal')
    this.phase = { kind: 'sealing' }
  }

  /** Runs `work` with the idle state to itself. */
  async exclusively<T>(call: string, work: () => Promise<T>): Promise<T> {
    this.beginExclusive(call)
    try {
      return await work()
    } finally {
      this.toIdle()
    }
  }

  /** Runs `work` with the idle state, which it shares with other calls of the same kind only. */
  async together<T>(call: string, work: () => Promise<T>): Promise<T> {
    if (this.phase.kind !== 'busy' || this.phase.with !== call) this.beginExclusive(call)
    this.sharing += 1
    try {
      return await work()
    } finally {
      this.sharing -= 1
      if (this.sharing === 0) this.toIdle()
    }
  }

  beginExclusive(call: string): void {
    this.assertIdle(call)
    this.phase = { kind: 'busy', with: call }
  }

  toIdle(): void {
    this.phase = { kind: 'idle' }
  }

  /** From now on only a snapshot helps. */
  lose(reason: string): void {
    this.lost = reason
  }

  regain(): void {
    this.lost = undefined
  }

  /** @returns false when it had ended before. */
  end(fault: ExecutionFault): boolean {
    if (this.ended !== undefined) return false
    this.ended = fault
    return true
  }
}

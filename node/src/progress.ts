import { sameBytes } from '@parley/protocol'
import type { NodeError } from './faults.ts'
import type { ClaimRecord } from './l2/l2-records.ts'

/**
 * `starting`: the L2 is being asked or the state restored. `following`: everything claimed is verified. `deriving`: a claim
 * is being fetched or verified. `waiting`: its data is not there, or the L2 no longer answers. `wrong`: it is wrong, and verification stands still
 * until it is gone. `failed`: this process must end.
 */
export const nodeStates = ['starting', 'following', 'deriving', 'waiting', 'wrong', 'failed'] as const
export type NodeState = (typeof nodeStates)[number]

/** What the node is doing and what keeps it from going on. */
export class NodeProgress {
  private current: { readonly state: NodeState; readonly claim: ClaimRecord | undefined; readonly fault: unknown } = {
    state: 'starting',
    claim: undefined,
    fault: undefined,
  }

  get state(): NodeState {
    return this.current.state
  }

  /** Claim being derived, waited for or found wrong. */
  get claim(): ClaimRecord | undefined {
    return this.current.claim
  }

  /** A `CodedError` in most cases. */
  get fault(): unknown {
    return this.current.fault
  }

  /** Verification of a claim begins, or goes on after its data came. */
  deriving(claim: ClaimRecord, missing: NodeError | undefined): void {
    this.set(missing === undefined ? 'deriving' : 'waiting', claim, missing)
  }

  /** Data of a claim is missing; of interest only for the one under way. */
  missing(claim: ClaimRecord, fault: NodeError): void {
    const { current } = this
    const underWay = current.claim !== undefined && sameBytes(current.claim.hash, claim.hash)
    if (underWay && current.state !== 'wrong') this.set('waiting', claim, fault)
  }

  refused(claim: ClaimRecord, fault: NodeError): void {
    this.set('wrong', claim, fault)
  }

  /** A claim that this version cannot verify. */
  halted(claim: ClaimRecord, fault: NodeError): void {
    this.set('waiting', claim, fault)
  }

  idle(): void {
    this.set('following', undefined, undefined)
  }

  /** Before anything can be verified: why not, if there is a reason. */
  starting(fault: unknown): void {
    this.set('starting', undefined, fault)
  }

  failed(fault: unknown): void {
    this.set('failed', this.current.claim, fault)
  }

  private set(state: NodeState, claim: ClaimRecord | undefined, fault: unknown): void {
    this.current = { state, claim, fault }
  }
}

import { RequestError } from '@parley/api'
import {
  type CommitteeInstance,
  decodeAuthority,
  type SignedAuthority,
  signerOf,
  storeDigest,
} from '@parley/da-adapters/committee'
import type { L2View } from '../chain/l2-view.ts'
import { DaNodeError } from '../faults.ts'
import type { Claimers } from './claimers.ts'

export interface AuthoritiesDeps {
  readonly instance: CommitteeInstance
  readonly l2: L2View
  readonly claimers: Claimers
}

export interface AuthorityBounds {
  readonly maxPartBytes: number
  readonly minRetentionSeconds: number
  readonly maxRetentionSeconds: number
}

/** An authority that counts, and whose it is. */
export interface Granted {
  readonly authority: SignedAuthority
  /** 20 bytes. */
  readonly claimer: Uint8Array
}

/** Seconds ahead of the L2's time that a deadline may be: an authority that was seen counts for no longer. */
const maxDeadlineSeconds = 86_400n

/** Tells authorities that count from all others. */
export class Authorities {
  private readonly deps: AuthoritiesDeps
  private readonly bounds: AuthorityBounds

  constructor(deps: AuthoritiesDeps, bounds: AuthorityBounds) {
    this.deps = deps
    this.bounds = bounds
  }

  /**
   * @param text - The header; undefined where the request has none.
   * @throws {DaNodeError} `AUTHORITY_INVALID`, `AUTHORITY_UNKNOWN`, `EPOCH_OTHER`, `COMMITTEE_WITHOUT`; {RequestError} `FIELD_INVALID`, `BODY_SIZE`, `NOT_READY`, `OVERLOADED`.
   */
  async check(text: string | undefined, signal: AbortSignal): Promise<Granted> {
    const { l2, instance, claimers } = this.deps
    const invalid = (reason: string) => new DaNodeError({ code: 'AUTHORITY_INVALID', reason })
    if (text === undefined) throw invalid('there is no header parley-request')
    const authority = decodeAuthority(text)
    if (authority === undefined) throw invalid('the header parley-request is not of its form')
    this.checkBounds(authority, l2.time())
    l2.epoch(authority.epoch)
    const claimer = await signerOf(storeDigest(instance, authority), authority.signature)
    if (claimer === undefined) throw invalid('the signature is nobody’s')
    await claimers.assertMayClaim(claimer, signal)
    return { authority, claimer }
  }

  private checkBounds({ parts, deadline, expiresAt }: SignedAuthority, time: bigint): void {
    const { maxPartBytes, minRetentionSeconds, maxRetentionSeconds } = this.bounds
    for (const { length } of parts)
      if (length > maxPartBytes)
        throw new RequestError({ code: 'BODY_SIZE', bytes: length, minimum: 1, maximum: maxPartBytes, multipleOf: 1 })
    const within = (field: string, value: bigint, least: bigint, most: bigint): void => {
      if (value >= least && value <= most) return
      throw new RequestError({
        code: 'FIELD_INVALID',
        field,
        expected: `${least} to ${most}, by the L2’s time of ${time}`,
      })
    }
    within('deadline', deadline, time, time + maxDeadlineSeconds)
    within('expiresAt', expiresAt, time + BigInt(minRetentionSeconds), time + BigInt(maxRetentionSeconds))
  }
}

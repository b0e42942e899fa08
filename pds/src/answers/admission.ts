import { ContactDirectory } from '@parley/messaging/serving'
import { type Bytes20, type Bytes32, joinBytes, type Millis, sameBytes } from '@parley/protocol'
import { Turns } from '@parley/runtime'
import type { PdsDeps } from '../deps.ts'
import { PdsError } from '../faults.ts'
import { type Audience, type Authorization, isAuthorized, type SignedRequest } from '../forms/authorization.ts'
import { pdsLimits, retryAfterMs } from '../limits.ts'
import { Nonces } from '../nonces.ts'
import type { Users } from '../state/users.ts'
import type { Asker } from './answers.ts'

/** Reads of the directory at once: an L2 is asked for all users. */
const directoryAtOnce = 16

export interface AdmissionDeps extends Pick<PdsDeps, 'client' | 'contracts' | 'clock'> {
  readonly users: Users
  readonly audience: Audience
}

/** Checks who asks, by the contact directory. */
export class Admission {
  private readonly deps: AdmissionDeps
  private readonly directory: ContactDirectory
  private readonly reading = new Turns(directoryAtOnce)
  private readonly nonces: Nonces

  constructor(deps: AdmissionDeps) {
    this.deps = deps
    this.nonces = new Nonces(deps.clock, 2 * pdsLimits.requestMs)
    this.directory = new ContactDirectory(deps.client, deps.contracts.directory, { now: () => this.now() as Millis })
  }

  /**
   * Checks who asks.
   * @param isUser - Whether only users may: then nobody else makes the service read the directory.
   * @throws {PdsError} `AUTHORIZATION_INVALID`, `AUTHORIZATION_OLD`, `AUTHORIZATION_REPEATED`, `INSTALLATION_UNKNOWN`, `USER_UNKNOWN`, `PDS_BEHIND`.
   */
  async admit(
    request: SignedRequest,
    authorization: Authorization,
    isUser: boolean,
    signal: AbortSignal,
  ): Promise<Asker> {
    const { identity, key, at, nonce } = authorization
    const now = this.now()
    const maximumMs = pdsLimits.requestMs
    if (at < now - BigInt(maximumMs) || at > now + BigInt(maximumMs))
      throw new PdsError({ code: 'AUTHORIZATION_OLD', at, now, maximumMs })
    if (isUser) this.deps.users.get(identity)
    if (!isAuthorized(this.deps.audience, request, authorization))
      throw new PdsError({ code: 'AUTHORIZATION_INVALID', reason: 'the signature does not hold' })
    if (!(await this.isInstallation(identity, key, signal)))
      throw new PdsError({ code: 'INSTALLATION_UNKNOWN', identity, key })
    // Last, so that nobody else can use a nonce up.
    if (!this.nonces.take(joinBytes([key, nonce]))) throw new PdsError({ code: 'AUTHORIZATION_REPEATED', nonce })
    return { identity, nonce }
  }

  /** Whether the directory has a device of an identity, as read lately. @throws {PdsError} `PDS_BEHIND`. */
  readonly isInstallation = async (identity: Bytes20, key: Bytes32, signal: AbortSignal): Promise<boolean> => {
    const oldest = (this.now() - BigInt(pdsLimits.directoryMs)) as Millis
    try {
      const { installations } = await this.reading.take(
        () => this.directory.installations(identity, signal, oldest),
        signal,
      )
      return installations.some((each) => sameBytes(each, key))
    } catch (error) {
      signal.throwIfAborted()
      const reason = (error as Error).message
      throw new PdsError({ code: 'PDS_BEHIND', what: 'the directory', reason, retryAfterMs }, { cause: error })
    }
  }

  private now(): bigint {
    return BigInt(Math.floor(this.deps.clock.now()))
  }
}

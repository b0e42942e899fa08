import type { PublicMessage } from 'ts-mls'
import { type ExternalBody, encodeExternal, externalHead } from '../codec/external.ts'
import type { ExternalCommit } from './external.ts'
import type { GroupState } from './group.ts'
import { decodeMessage } from './message.ts'
import type { Suite } from './suite.ts'

const info = new TextEncoder().encode('parley/external/1')

/** Seals an external commit to the members of its epoch; in clear it would show the joiner's leaf to everybody. */
export async function sealExternal(
  { message, externalPub }: ExternalCommit,
  place: Pick<ExternalBody, 'generation' | 'epoch'>,
  suite: Suite,
): Promise<Uint8Array> {
  const key = await suite.hpke.importPublicKey(externalPub)
  const { enc, ct } = await suite.hpke.seal(key, message, info, externalHead(place))
  return encodeExternal({ ...place, enc, ciphertext: ct })
}

/**
 * Opens one. All members of the epoch have the same key, so it opens for all of them or for none.
 * @throws {MessagingError} `FRAME_INVALID`, or what the library throws when it does not open.
 */
export async function openExternal(state: GroupState, body: ExternalBody, suite: Suite): Promise<PublicMessage> {
  const { privateKey } = await suite.hpke.deriveKeyPair(state.keySchedule.externalSecret)
  const bytes = await suite.hpke.open(privateKey, body.enc, body.ciphertext, info, externalHead(body))
  return decodeMessage(bytes, 'mls_public_message').publicMessage
}

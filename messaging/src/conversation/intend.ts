import { type Control, encodeControl } from '../codec/control.ts'
import type { Made } from '../engine/make.ts'
import type { Held } from './held.ts'
import type { Intent, StoredConversation } from './stored.ts'

/** Stores what was made, to be posted, with what else changes: one write. */
export async function intend(
  held: Held,
  kind: Intent['kind'],
  { state, frame, digest, acks }: Made,
  changes: Partial<StoredConversation> = {},
  nonce?: bigint,
): Promise<Intent> {
  const contentClass = kind === 'message' ? 'application' : 'handshake'
  const intent: Intent = { kind, content: digest, frame, class: contentClass, acks, nonce }
  await held.keep({ ...changes, state, intents: [...held.stored.intents, intent] })
  return intent
}

/** Stores a control, to be posted, with what else changes. */
export async function intendControl(
  held: Held,
  control: Control,
  changes: Partial<StoredConversation> = {},
): Promise<void> {
  const intent: Intent = {
    kind: 'control',
    content: encodeControl(control),
    frame: undefined,
    class: 'handshake',
    acks: [],
    nonce: undefined,
  }
  await held.keep({ ...changes, intents: [...held.stored.intents, intent] })
}

import { useState } from 'preact/hooks'
import type { Chat } from '../model/chat.ts'
import type { Talk } from '../model/talk.ts'
import type { Verified } from '../model/verified.ts'
import { counted } from '../model/words.ts'
import { useDoing } from './hooks.ts'
import { Fault } from './parts.tsx'

const grades = {
  node: 'This root is the node’s own word: the L2 does not have it yet.',
  claimed: 'The L2 has the root; it can still be contested.',
  final: 'The L2 has made the root final: nobody can change this record any more.',
} as const

function Found({ found }: { readonly found: Verified }) {
  const { messages, changes, grade, sameAsHere, claim, stateRoot } = found
  return (
    <div role="status">
      <p>
        <strong>
          {grade === 'final' ? 'Complete and final' : 'Complete'}: {counted(messages, 'message')} and{' '}
          {counted(changes, 'change')} of members.
        </strong>{' '}
        Nothing is left out, and each entry is by the member that it names.
      </p>
      <p>{grades[grade]}</p>
      {sameAsHere === true && <p>It is the record that this device has.</p>}
      {sameAsHere === undefined && <p>This device has newer entries, which are not in it yet.</p>}
      {sameAsHere === false && <p class="fault">It is another record than this device has: a server lies.</p>}
      <p class="address">
        {claim !== undefined && `Claim ${claim}, `}root {stateRoot}
      </p>
    </div>
  )
}

/** Checks the whole record. */
export function Record({ chat, talk }: { readonly chat: Chat; readonly talk: Talk }) {
  const doing = useDoing()
  const [found, setFound] = useState<Verified>()
  return (
    <section aria-label="Record">
      <h3>Record</h3>
      <p class="hint">
        Asks a verifying node for the whole record with its proof, and checks it here, in your browser. Besides what was
        said, it counts the messages by which devices exchange keys.
      </p>
      <button
        type="button"
        disabled={doing.busy}
        onClick={() => doing.run(async () => setFound(await chat.verify(talk)))}
      >
        {doing.busy ? 'Checking…' : 'Verify the record'}
      </button>
      <Fault text={doing.fault} />
      {found !== undefined && <Found found={found} />}
    </section>
  )
}

import type { CompleteConversation, ProvenConversation, RecordEntry } from '@parley/client'
import { noSponsor, Role } from '@parley/protocol/light'
import { useState } from 'preact/hooks'
import { entriesOf, type FoundConversation, findConversation } from '../../model/conversation.ts'
import { addressOf, numberOf, shardAndIndexOf } from '../../model/place.ts'
import { counted, momentOf, numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Facts, Hex, Link, Short, Table, Title } from '../parts.tsx'
import { Checked, OwnWord } from '../tick.tsx'

/** Entries, and members, on one page. */
const pageSize = 50

const roleWords: Readonly<Record<number, string>> = {
  [Role.none]: 'left',
  [Role.member]: 'member',
  [Role.admin]: 'admin',
}

const emptyKey = (key: Uint8Array): boolean => key.every((byte) => byte === 0)

function Members({ found, shard }: { readonly found: ProvenConversation; readonly shard: number }) {
  const { members } = found.conversation
  return (
    <Table
      caption={members.length > pageSize ? `The first ${pageSize} of ${members.length} slots` : 'Members by slot'}
      columns={['#Slot', 'Role', 'Key', '#Said', 'Paid by']}
      none="It has no members."
      rows={members
        .slice(0, pageSize)
        .map(({ role, key, nonce, sponsor }, slot) => [
          slot,
          roleWords[role] ?? `role ${role}`,
          emptyKey(key) ? 'none' : <Short of={key} />,
          numbered(nonce),
          sponsor === noSponsor ? (
            'nobody'
          ) : (
            <Link to={addressOf('account', [shard, sponsor])}>{`account ${shard}/${sponsor}`}</Link>
          ),
        ])}
    />
  )
}

function what(entry: RecordEntry) {
  if (entry.kind === 'message') return <Short of={entry.content} />
  const { add, remove, roles, exchange } = entry.change
  const done = [
    add.length > 0 && `adds ${add.length}`,
    remove.length > 0 && `removes ${remove.length}`,
    roles.length > 0 && `changes ${roles.length} roles`,
    exchange.length > 0 && `exchanges ${exchange.length} keys`,
  ]
  return <>{done.filter((each) => each !== false).join(', ')}</>
}

function signaturesOf({ signatures }: RecordEntry): string {
  return signatures === null ? 'pruned' : counted(signatures.length, 'signature')
}

function Entries({
  found,
  place,
  from,
}: {
  readonly found: CompleteConversation
  readonly place: readonly [number, number]
  readonly from: string | undefined
}) {
  const { record } = found
  const lastPage = Math.max(0, record.length - pageSize)
  const first = Math.min(Number(numberOf(from) ?? BigInt(lastPage)), lastPage)
  const entries = record.slice(first, first + pageSize)
  return (
    <>
      <Table
        caption={`Entries ${first} to ${first + entries.length - 1} of ${numbered(record.length)}`}
        columns={['#Entry', 'Time', '#Block', 'By slot', 'What', 'Signed by']}
        none="Nothing was said yet."
        rows={entries.map((entry, i) => [
          numbered(first + i),
          momentOf(entry.timestamp),
          <Link to={addressOf('block', [entry.block])}>{numbered(entry.block)}</Link>,
          entry.kind === 'message' ? `${entry.member}` : `${entry.change.signer} (members)`,
          what(entry),
          entry.forced ? 'the L2’s inbox' : signaturesOf(entry),
        ])}
      />
      <nav class="pager" aria-label="Other entries">
        {first + pageSize < record.length && (
          <Link to={addressOf('conversation', place, BigInt(first + pageSize))}>Newer</Link>
        )}
        {first > 0 && <Link to={addressOf('conversation', place, BigInt(Math.max(0, first - pageSize)))}>Older</Link>}
      </nav>
    </>
  )
}

/** What was found out about the record, for people. */
function Completeness({ found }: { readonly found: FoundConversation }) {
  const { grade, conversation } = found.proven
  const said = `${counted(conversation.messageCount, 'message')} and ${counted(conversation.epoch, 'change')} of members`
  if (found.kind === 'leaf')
    return (
      <Checked grade={grade}>
        The conversation’s members and counts fit the state root by a Merkle branch. Whether its {said} are all there
        was <strong>not checked</strong>
        {found.because === 'chain' ? ': that takes an L2, which names the chain that signatures are for.' : ' yet.'}
      </Checked>
    )
  const { signatures } = found.proven
  return (
    <Checked grade={grade}>
      <strong>{grade === 'node' ? 'Whole by this root' : 'Complete'}</strong>: the conversation fits the state root by a
      Merkle branch, and its head was computed anew over all its {said}.{' '}
      {signatures === undefined
        ? 'Under a final root that is the proof, whoever signed.'
        : `${counted(signatures.valid, 'entry is', 'entries are')} signed by the member named${
            signatures.pruned > 0 ? `, of ${numbered(signatures.pruned)} the node no longer has the signatures` : ''
          }${signatures.keyless > 0 ? `, of ${numbered(signatures.keyless)} the key is gone` : ''}.`}
    </Checked>
  )
}

export function Conversation({
  which,
  from,
}: {
  readonly which: readonly string[]
  readonly from: string | undefined
}) {
  const sources = useSources()
  const [at, setAt] = useState<'latest' | 'final'>('latest')
  const [whole, setWhole] = useState(false)
  const place = shardAndIndexOf(which)
  const name = which.join('/')
  const asked = useAsked(
    async (signal) => ({
      found: place === undefined ? undefined : await findConversation(sources, place, at, whole, signal),
    }),
    [sources, name, at, whole],
  )
  return (
    <>
      <Title text={`Conversation ${name}`} asked={asked} />
      <fieldset class="choice">
        <legend>State</legend>
        {(['latest', 'final'] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="at" checked={at === each} onChange={() => setAt(each)} />
            {each === 'latest' ? 'latest verified' : 'newest final'}
          </label>
        ))}
      </fieldset>
      <Answer asked={asked}>
        {({ found }) => {
          if (found === undefined || place === undefined) return <p>This node knows no such conversation.</p>
          const { proven } = found
          const { conversation, block, timestamp, stateRoot, branch, claim } = proven
          return (
            <>
              <Completeness found={found} />
              {found.kind === 'leaf' && found.because === 'long' && (
                <button type="button" onClick={() => setWhole(true)}>
                  Check all {numbered(entriesOf(proven))} entries
                </button>
              )}
              <Facts
                of={[
                  ['After block', <Link to={addressOf('block', [block])}>{numbered(block)}</Link>],
                  ['Time', momentOf(timestamp)],
                  [
                    'Claim',
                    claim === undefined ? (
                      'none ends with this state'
                    ) : (
                      <Link to={addressOf('claim', [claim.number])}>{`Claim ${claim.number}`}</Link>
                    ),
                  ],
                  ['Messages', numbered(conversation.messageCount)],
                  ['Changes of members', numbered(conversation.epoch)],
                  ['Id', <Hex of={conversation.id} />],
                  ['Head', <Hex of={conversation.head} />],
                  ['State root', <Hex of={stateRoot} />],
                  ['Branch', counted(branch.length, 'hash', 'hashes')],
                ]}
              />
              <Members found={proven} shard={place[0]} />
              {found.kind === 'complete' && <Entries found={found.proven} place={place} from={from} />}
              <OwnWord>
                Contents stand here by their digests alone: what was said is known to the members. Times, blocks and
                whether an entry came through the inbox are the node’s own word.
              </OwnWord>
            </>
          )
        }}
      </Answer>
    </>
  )
}

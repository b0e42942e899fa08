import type { CheckedHeader } from '@parley/client'
import { addressOf, numberOf } from '../../model/place.ts'
import { counted, momentOf, numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Link, Short, Table, Title } from '../parts.tsx'
import { Tick } from '../tick.tsx'

/** Blocks on one page. */
const pageSize = 20n

const messagesOf = ({ runs }: CheckedHeader): number => runs.reduce((sum, { messages }) => sum + messages, 0)

export function Blocks({ from }: { readonly from: string | undefined }) {
  const { chain } = useSources()
  const asked = useAsked(
    async (signal) => {
      const latest = await chain.latestBlock(signal)
      const given = numberOf(from)
      const last = given === undefined || given > latest ? latest : given
      const first = last < pageSize ? 1n : last - pageSize + 1n
      const headers = last === 0n ? [] : await chain.headers(first, last, signal)
      return { latest, first, last, headers: headers.toReversed() }
    },
    [chain, from],
  )
  return (
    <>
      <Title text="Blocks" asked={asked} />
      <p>
        Headers were hashed here: each has the root that the next one names as its parent, up to the last header of its
        claim. Segments and messages are counted by the node.
      </p>
      <Answer asked={asked}>
        {({ headers, first, last, latest }) => (
          <>
            <Table
              caption={`Blocks ${first} to ${last} of ${numbered(latest)}`}
              columns={['#Block', 'Time', '#Shards', '#Messages', 'State root', 'Claim', 'Checked']}
              none="No block is verified yet."
              rows={headers.map((each) => [
                <Link to={addressOf('block', [each.header.number])}>{numbered(each.header.number)}</Link>,
                momentOf(each.header.timestamp),
                each.runs.length,
                numbered(messagesOf(each)),
                <Short of={each.header.stateRoot} />,
                each.claim === undefined ? (
                  'none'
                ) : (
                  <Link to={addressOf('claim', [each.claim])}>{`${each.claim}`}</Link>
                ),
                <Tick grade={each.grade} />,
              ])}
            />
            <nav class="pager" aria-label="Other blocks">
              {last < latest && <Link to={addressOf('blocks', [], last + pageSize)}>Newer</Link>}
              {first > 1n && <Link to={addressOf('blocks', [], first - 1n)}>Older</Link>}
            </nav>
            <p class="soft">{counted(headers.length, 'block')} shown.</p>
          </>
        )}
      </Answer>
    </>
  )
}

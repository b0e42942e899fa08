import type { CheckedBlock } from '@parley/client'
import { BodyKind, type Segment } from '@parley/protocol/light'
import { addressOf, numberOf } from '../../model/place.ts'
import { counted, momentOf, numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Facts, Hex, Link, Short, Table, Title } from '../parts.tsx'
import { Checked } from '../tick.tsx'

/** Segments shown at most: a block may have 1,024. */
const shown = 200

function holds({ body }: Segment): string {
  if (body.selector === BodyKind.messages) return counted(body.value.length, 'message')
  return body.selector === BodyKind.operation ? 'an operation' : `inbox item ${body.value}`
}

function Conversations({ segment, shard }: { readonly segment: Segment; readonly shard: number }) {
  if (segment.body.selector !== BodyKind.messages) return <>–</>
  const indices = [...new Set(segment.body.value.map(({ conversation }) => conversation))]
  return (
    <>
      {indices.map((index, i) => (
        <span key={index}>
          {i > 0 && ', '}
          <Link to={addressOf('conversation', [shard, index])}>{`${shard}/${index}`}</Link>
        </span>
      ))}
    </>
  )
}

function Shown({ found }: { readonly found: CheckedBlock }) {
  const { block, root, grade, claim } = found
  const { header, runs } = block
  const segments = runs.flatMap(({ shard, segments }) => segments.map((segment) => ({ shard, segment })))
  return (
    <>
      <Checked grade={grade}>
        The header’s hash leads by parents to the last header of{' '}
        {claim === undefined ? 'no claim yet' : `claim ${claim}`}, and all runs below hash to what the header commits
        to.
      </Checked>
      <Facts
        of={[
          ['Time', momentOf(header.timestamp)],
          ['Claim', claim === undefined ? 'none' : <Link to={addressOf('claim', [claim])}>{`Claim ${claim}`}</Link>],
          ['Root', <Hex of={root} />],
          [
            'Parent',
            header.number === 0n ? (
              <Hex of={header.parent} />
            ) : (
              <Link to={addressOf('block', [header.number - 1n])}>
                <Hex of={header.parent} />
              </Link>
            ),
          ],
          ['State root', <Hex of={header.stateRoot} />],
          ['Root of runs', <Hex of={header.runsRoot} />],
          ['Lineage', <Hex of={header.lineage} />],
          ['Inbox items up to here', numbered(header.inboxCount)],
          ['Segments up to here', numbered(header.segmentCount)],
          ['Price of a core byte', `${numbered(header.prices.coreByte)} mwei`],
          ['Price of a witness byte', `${numbered(header.prices.witnessByte)} mwei`],
        ]}
      />
      <Table
        caption={segments.length > shown ? `The first ${shown} of ${segments.length} segments` : 'Segments'}
        columns={['#Shard', 'Holds', 'Conversations', 'Shard’s root after']}
        none="The block has no segment: it only moves the time on."
        rows={segments
          .slice(0, shown)
          .map(({ shard, segment }) => [
            shard,
            holds(segment),
            <Conversations segment={segment} shard={shard} />,
            <Short of={segment.postRoot} />,
          ])}
      />
    </>
  )
}

export function Block({ which }: { readonly which: string }) {
  const { chain } = useSources()
  const number = numberOf(which)
  const asked = useAsked(
    async (signal) => ({ found: number === undefined ? undefined : await chain.block(number, signal) }),
    [chain, which],
  )
  return (
    <>
      <Title text={`Block ${which}`} asked={asked} />
      <Answer asked={asked}>
        {({ found }) => (found === undefined ? <p>This node has verified no such block.</p> : <Shown found={found} />)}
      </Answer>
      {number !== undefined && (
        <nav class="pager" aria-label="Neighbouring blocks">
          <Link to={addressOf('block', [number + 1n])}>Next block</Link>
          {number > 1n && <Link to={addressOf('block', [number - 1n])}>Block before</Link>}
        </nav>
      )}
    </>
  )
}

import { addressOf } from '../../model/place.ts'
import { numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Link, Table, Title } from '../parts.tsx'
import { OwnWord } from '../tick.tsx'

/** Blocks that are looked through, and conversations shown at most. */
const lookedThrough = 200n
const shown = 100

export function Conversations() {
  const { node, chain } = useSources()
  const asked = useAsked(
    async (signal) => {
      const latest = await chain.latestBlock(signal)
      const since = latest > lookedThrough ? latest - lookedThrough : 0n
      const { changed } = await node.changedSince(since, signal)
      return { since, changed: changed.toSorted((a, b) => Number(b.block - a.block)).slice(0, shown) }
    },
    [node, chain],
  )
  return (
    <>
      <Title text="Conversations" asked={asked} />
      <OwnWord>
        Which conversations changed is the node’s own word, and one that it leaves out is not missed here. Each is
        proven on its own page.
      </OwnWord>
      <Answer asked={asked}>
        {({ since, changed }) => (
          <Table
            caption={`Those with entries after block ${since}`}
            columns={['Conversation', '#Entries', '#Last in block']}
            none={`None has an entry after block ${since}.`}
            rows={changed.map(({ shard, index, entries, block }) => [
              <Link to={addressOf('conversation', [shard, index])}>{`${shard}/${index}`}</Link>,
              numbered(entries),
              <Link to={addressOf('block', [block])}>{numbered(block)}</Link>,
            ])}
          />
        )}
      </Answer>
    </>
  )
}

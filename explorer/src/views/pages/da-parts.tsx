import { daLayerName } from '@parley/protocol/light'
import { claimsUpTo } from '../../model/claims.ts'
import { addressOf, numberOf } from '../../model/place.ts'
import { hexOf, numbered, sizeOf } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Link, Short, Table, Title } from '../parts.tsx'
import { Tick } from '../tick.tsx'

export function DaParts({ from }: { readonly from: string | undefined }) {
  const { chain, settings } = useSources()
  const asked = useAsked(
    async (signal) => {
      const page = await claimsUpTo(chain, numberOf(from), signal)
      const parts = (page?.claims ?? []).flatMap(({ claim, grade }) => [
        { number: claim.number, grade, name: 'core', part: claim.core, root: claim.coreRoot },
        { number: claim.number, grade, name: 'witness', part: claim.witness, root: claim.witnessRoot },
      ])
      const rows = await Promise.all(
        parts.map(async (each) => ({ ...each, bytes: await chain.partBytes(each.root, signal) })),
      )
      return { page, rows }
    },
    [chain, from],
  )
  return (
    <>
      <Title text="DA parts" asked={asked} />
      <p>
        Each claim names two parts of a batch: the core has what happened, the witness its signatures. Layer, pointer
        and root are of the claim, so the tick is the claim’s. Bytes are of this node’s archive, by its own word.
      </p>
      <Answer asked={asked}>
        {({ page, rows }) => (
          <>
            <Table
              caption="Parts of the newest claims"
              columns={['#Claim', 'Part', 'Layer', 'Pointer', 'Root', '#Bytes here', 'Download', 'Checked']}
              none="Nothing is claimed yet."
              rows={rows.map(({ number, name, part, root, bytes, grade }) => [
                <Link to={addressOf('claim', [number])}>{numbered(number)}</Link>,
                name,
                daLayerName(part.layer),
                <Short of={part.pointer} />,
                <Short of={root} />,
                bytes === undefined ? 'not kept' : sizeOf(bytes),
                bytes === undefined ? (
                  '–'
                ) : (
                  <a href={`${settings.node}/v1/batches/${hexOf(root)}`}>{`${name} of ${number}`}</a>
                ),
                <Tick grade={grade} />,
              ])}
            />
            {page !== undefined && page.first > 1n && (
              <nav class="pager" aria-label="Other parts">
                <Link to={addressOf('parts', [], page.first - 1n)}>Older</Link>
              </nav>
            )}
          </>
        )}
      </Answer>
    </>
  )
}

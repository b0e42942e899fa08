import { daLayerName } from '@parley/protocol/light'
import { claimsOnPage, claimsUpTo } from '../../model/claims.ts'
import { addressOf, numberOf } from '../../model/place.ts'
import { momentOf, numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Link, Short, Table, Title } from '../parts.tsx'
import { Tick } from '../tick.tsx'

export function Claims({ from }: { readonly from: string | undefined }) {
  const { chain } = useSources()
  const asked = useAsked(async (signal) => ({ page: await claimsUpTo(chain, numberOf(from), signal) }), [chain, from])
  return (
    <>
      <Title text="Claims" asked={asked} />
      <p>
        The hash of each claim was computed here from all its fields, and compared with the one that the L2 keeps. How
        far the node has verified a claim is its own word.
      </p>
      <Answer asked={asked}>
        {({ page }) =>
          page === undefined ? (
            <p>Nothing is claimed yet.</p>
          ) : (
            <>
              <Table
                caption={`Claims ${page.first} to ${page.last} of ${numbered(page.latest)}`}
                columns={['#Claim', 'Up to block', 'Claimed at', 'Claimer', 'Layers', 'This node', 'Checked']}
                none="No claim stands there."
                rows={page.claims.map(({ claim, state, grade }) => [
                  <Link to={addressOf('claim', [claim.number])}>{numbered(claim.number)}</Link>,
                  <Link to={addressOf('block', [claim.lastHeader.number])}>{numbered(claim.lastHeader.number)}</Link>,
                  momentOf(claim.claimedAt * 1000n),
                  <Short of={claim.claimer} />,
                  [...new Set([claim.core.layer, claim.witness.layer].map(daLayerName))].join(', '),
                  state,
                  <Tick grade={grade} />,
                ])}
              />
              <nav class="pager" aria-label="Other claims">
                {page.last < page.latest && (
                  <Link to={addressOf('claims', [], page.last + BigInt(claimsOnPage))}>Newer</Link>
                )}
                {page.first > 1n && <Link to={addressOf('claims', [], page.first - 1n)}>Older</Link>}
              </nav>
            </>
          )
        }
      </Answer>
    </>
  )
}

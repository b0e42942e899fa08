import { createSequencerClient } from '@parley/client'

interface FallenPage {
  readonly entries: readonly { readonly id: string }[]
  readonly next: string | null
}

/** Ids, in hex, of all accepted entries that the sequencer says fell with a removal. */
export async function readFallen(sequencerUrl: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { removals } = await createSequencerClient({ url: sequencerUrl }).status(signal)
  const ids = new Set<string>()
  for (let removal = 0; removal <= (removals.at(-1)?.number ?? -1); removal += 1)
    for (let from: string | null = '0'; from !== null; ) {
      const answer = await fetch(`${sequencerUrl}/v1/removals/${removal}/fallen?from=${from}`, { signal })
      const page = (await answer.json()) as FallenPage
      for (const { id } of page.entries) ids.add(id.replace(/^0x/, ''))
      from = page.next
    }
  return ids
}

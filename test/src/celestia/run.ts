import { daCompliance } from '@parley/protocol/compliance'
import { liveTraits, openLiveHarness } from './harness.ts'

const { CELESTIA_RPC: rpc, CELESTIA_TOKEN: token } = process.env
if (rpc === undefined || token === undefined) {
  process.stdout.write('skipped: CELESTIA_RPC and CELESTIA_TOKEN are not set; nothing ran against Celestia\n')
} else {
  const harness = await openLiveHarness({ rpc, token })
  let failed = 0
  for (const { name, run } of daCompliance(() => harness, liveTraits)) {
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error !== undefined) failed++
    const words = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`
    process.stdout.write(`${error === undefined ? 'passed' : 'FAILED'} ${name}${words}\n`)
  }
  await harness.close()
  process.stdout.write(`${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

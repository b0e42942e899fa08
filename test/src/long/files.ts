/** Tests that take too long for every change: `npm run test:long` runs them, and so does the nightly run. */
export const longFiles: readonly string[] = [
  'test/system/chat-page.test.ts',
  'test/system/chat-processes.test.ts',
  'test/system/chat-screens.test.ts',
  'test/system/cli-dev-load.test.ts',
  'test/system/crash-lies.test.ts',
  'test/system/drill.test.ts',
  'test/system/explorer.test.ts',
  'test/system/moved-chain.test.ts',
  'test/system/published.test.ts',
  'da-adapters/test/ethereum-blobs.test.ts',
  'lab/test/bench/fanout.test.ts',
  'lab/test/bench/latency.test.ts',
  'lab/test/bench/settlement.test.ts',
  'lab/test/bench/verify.test.ts',
]

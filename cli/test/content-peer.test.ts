import { expect, test } from 'vitest'
import { contentPeerOf } from '../src/role/content-peer.ts'

test('a store’s peer › a package that is not installed is a fault that says how to install it', async () => {
  const cure = 'npm ci --omit=dev -w @parley/server -w @parley/not-there'
  await expect(contentPeerOf('@parley/not-there')).rejects.toMatchObject({
    fault: { code: 'PACKAGE_MISSING', package: '@parley/not-there', setting: 'store.bitswap', cure },
  })
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderExports } from '../src/docs/exports.ts'

test('published packages › export what docs/api/exports.txt says; npm run exports writes it, and CHANGELOG.md says why', () => {
  const committed = readFileSync(new URL('../../docs/api/exports.txt', import.meta.url), 'utf8')
  expect(renderExports()).toBe(committed)
})

import { describe, expect, test } from 'vitest'
import type { ExplorerError } from '../src/faults.ts'
import { pagePolicy, policyOf } from '../src/settings/policy.ts'
import { settingsOf } from '../src/settings/settings.ts'

const rollup = `0x${'5f'.repeat(20)}`
const whole = { node: 'http://node.example/', l2Url: 'https://l2.example/key', rollup, sequencer: '' }

function fieldOf(value: unknown): string | undefined {
  try {
    settingsOf(value)
    return undefined
  } catch (error) {
    return (error as ExplorerError).fault.field
  }
}

describe('settings', () => {
  test('empty fields are left out, and paths are of the page', () => {
    expect(settingsOf(whole)).toEqual({ node: 'http://node.example', l2Url: 'https://l2.example/key', rollup })
    expect(settingsOf({ node: '.' }, 'http://here.example:9602/')).toEqual({ node: 'http://here.example:9602' })
  })

  test.each([
    ['node', {}],
    ['node', { node: 'ftp://node.example' }],
    ['rollup', { node: 'http://a.example', l2Url: 'http://b.example' }],
    ['l2Url', { node: 'http://a.example', rollup }],
    ['rollup', { ...whole, rollup: '0x12' }],
    ['l2', { ...whole, l2: 'x' }],
    ['settings', null],
  ])('a fault › names the field %s', (field, value) => {
    expect(fieldOf(value)).toBe(field)
  })

  test('the policy › lets the page ask the places of its reader, and nobody else', () => {
    const asked = (policy: string) => /connect-src ([^;]*)/.exec(policy)?.[1]
    expect(asked(policyOf(settingsOf(whole)))).toBe('http://node.example https://l2.example')
    // Before anybody chose: the page narrows it.
    expect(asked(pagePolicy)).toBe('http: https:')
    for (const policy of [pagePolicy, policyOf(settingsOf(whole))]) expect(policy).toContain("default-src 'none'")
  })
})

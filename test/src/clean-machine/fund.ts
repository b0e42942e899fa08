const ether = 10n ** 18n

/** Puts ether on an account of development chains, as whoever follows the page sends it. @throws {Error} when one refuses. */
export async function fund(address: string, urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const params = [address, `0x${(100n * ether).toString(16)}`]
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'anvil_setBalance', params })
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { error } = (await response.json()) as { error?: { message: string } }
    if (error !== undefined) throw new Error(`${url} gives no ether: ${error.message}`)
  }
}

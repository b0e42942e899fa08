/** Does `count` things in their order, `most` of them at a time. */
export async function inTurn(count: number, most: number, each: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next
      next += 1
      await each(index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, count) }, work))
}

import type { Mutant } from './mutant.ts'

/** A bug in what shows a claim to be wrong, or in what answers are held to. */
export interface VerifierMutant extends Mutant {
  /** The contract that is compiled with it. */
  readonly contract: string
  /** The command that must find it, of those of `test/src/fraud`. */
  readonly by: 'transition' | 'proofs' | 'bad-input'
}

const malformed = (file: string, name: string, find: string, replace: string): VerifierMutant => ({
  name,
  file: `fraud/${file}.sol`,
  find,
  replace,
  contract: 'MalformedProof',
  by: 'proofs',
})

const of = (
  by: VerifierMutant['by'],
  contract: string,
  file: string,
  name: string,
  find: string,
  replace: string,
): VerifierMutant => ({ name, file: `fraud/${file}.sol`, find, replace, contract, by })

export const verifierMutants: readonly VerifierMutant[] = [
  malformed(
    'RunRules',
    'INBOX_ORDER takes the first item of a block for one before it',
    'segment.value < before.inboxCount ||',
    'segment.value <= before.inboxCount ||',
  ),
  malformed(
    'RunRules',
    'INBOX_ORDER lets an item stand twice',
    'left.value >= segment.value',
    'left.value > segment.value',
  ),
  malformed(
    'RunRules',
    'RUN_ORDER forgets that neighbours are adjacent',
    '_run(cursor, table, block_.runsRoot, run.index - 1)',
    'Batches.openRun(cursor, table, block_.runsRoot)',
  ),
  malformed(
    'RunRules',
    'neighbouring segments need not be adjacent',
    'segment = Batches.openSegment(cursor, table, list);\n        _checkIndex(segment.index, index);',
    'segment = Batches.openSegment(cursor, table, list); index;',
  ),
  malformed(
    'WitnessRules',
    "WITNESS_SHAPE reads the core's length twice",
    'return count != segments;',
    'count = segments;\n            return count != segments;',
  ),
  of('bad-input', 'MalformedProof', 'MalformedProof', 'what is left over is ignored', 'cursor.close();', ''),
  of(
    'transition',
    'OperationProof',
    'MemberChanges',
    'a refund before the signer pays',
    '(member.sponsor, member.allowance);',
    '(member.sponsor, member.allowance + (entries[i].slot == change.operation.member ? uint64(work.price) : 0));',
  ),
  of(
    'transition',
    'OperationProof',
    'MemberChanges',
    "a consent at the slot's nonce before the removal, in an item",
    'work.byEntering(conversation.id, e.slot, nonce, e.key, index);',
    'work.byEntering(conversation.id, e.slot, nonce == 0 || change.sponsors.length == 0 ? nonce : nonce - 1, e.key, index);',
  ),
  of(
    'transition',
    'MessageProof',
    'Speech',
    'a message costs nobody anything',
    'member.allowance -= uint64(speaking.price);',
    '',
  ),
  of(
    'proofs',
    'SignatureProof',
    'SignatureProof',
    "a consent at the slot's nonce before the removal",
    'if (change.remove[i].slot == slot) ++nonce;',
    '',
  ),
  of(
    'bad-input',
    'Pages',
    'Pages',
    'the number of segments is not bounded',
    '_take(cursor, 2, SEGMENTS_PER_RUN)',
    'cursor.take(2)',
  ),
  of(
    'bad-input',
    'Pages',
    'Pages',
    'the number of blocks is not mixed in',
    'Trees.checkRoot(Ssz.mixInLength(tree, blocks), root);',
    'Trees.checkRoot(tree, root);',
  ),
  of(
    'bad-input',
    'SignatureProof',
    'Curve',
    'too little gas for the precompile is an invalid signature',
    'return _recover(digest, 27',
    'if (gasleft() < 60_000) return false;\n        return _recover(digest, 27',
  ),
]

import type { Mutant } from './mutant.ts'

const part =
  (file: string) =>
  (name: string, find: string, replace: string, invariant?: string): Mutant => {
    const mutant = { name: `contacts: ${name}`, file: `contacts/${file}.sol`, find, replace }
    return invariant === undefined ? mutant : { ...mutant, invariant }
  }

const directory = part('ContactDirectory')
const bundles = part('ContactBundles')
const signatures = part('ContactSignatures')
const names = part('AttributeNames')
const verifier = part('SignatureVerifier')

export const forContacts: readonly Mutant[] = [
  directory(
    'anyone writes',
    'if (!mayWrite(identity, actor)) revert ContactDirectory_NotAuthorized(identity, actor);',
    'actor;',
    'a key of others',
  ),
  directory(
    'delegates decide',
    'if (identityOwner(identity) != actor) revert',
    'if (!mayWrite(identity, actor)) revert',
    'of others',
  ),
  directory(
    'the signer is not asked for its right',
    '_checkWriter(identity, authorization.signer);',
    '',
    'a key of others',
  ),
  directory('fees have no bound', 'fee < MIN_FEE || fee > MAX_FEE', 'fee < MIN_FEE', 'a fee out of bounds'),
  directory(
    'a part of the fees stays',
    'value = address(this).balance;',
    'value = address(this).balance / 2;',
    'fees left behind',
  ),
  directory('fees may be anything', 'if (msg.value != fee) revert ContactDirectory_WrongFee(msg.value, fee);', ''),
  bundles(
    'revoked entries keep their place',
    'delete stored.places[_id(stored.entries[place - 1])];',
    '',
    'panic: array',
  ),
  bundles('the moved entry is lost', 'stored.places[_id(last)] = place;', '', 'panic: array'),
  bundles('the dead keep their delegates', 'place == 0 || stored.deactivated ?', 'place == 0 ?', 'bundle: delegates'),
  bundles('delegates do not expire', ', delegate) > block.timestamp;', ', delegate) != 0;', 'bundle: delegates'),
  bundles(
    'the dead come back to themselves',
    'stored.deactivated ? address(0) : identity',
    'identity',
    'bundle: owner',
  ),
  bundles('changes are not linked', 'stored.changedAt = uint64(block.number);', '', 'bundle: latest change'),
  bundles(
    'expired entries stay in the bundle',
    'if (entries[i].validTo > block.timestamp) live',
    'if (entries[i].validTo != 0) live',
    'bundle: entries',
  ),
  bundles(
    'a renewed entry keeps its time',
    '(renewed.validTo, renewed.number) = (entry.validTo, entry.number);',
    'renewed.number = entry.number;',
    'bundle: ',
  ),
  bundles(
    'pruning drops live ones',
    '.validTo > block.timestamp) continue',
    '.validTo > block.timestamp + 100) continue',
    'bundle: ',
  ),
  signatures('signatures count for ever', '_nonces[signer]++', '_nonces[signer]', 'nonces: signatures used'),
  signatures('deadlines are not looked at', 'block.timestamp > deadline', 'deadline == 0'),
  signatures('any value was signed', 'keccak256(change.value), ', 'bytes32(0), '),
  names('slashes may end a name', 'if (length == 0 || ++word', 'if (++word'),
  names('anything is a word', 'if (!_isWordCharacter(c)) return (false, typeWord);', ''),
  names('more words than resolvers read', '++word == MAX_WORDS', '++word == 4'),
  names('bytes after the end', 'length != 0 && uint256(name) << (8 * i) == 0', 'length != 0'),
  {
    name: 'contacts: a contract need not sign',
    file: 'libraries/Signatures.sol',
    find: '&& SignatureChecker.isValidERC1271SignatureNow(signer, digest, signature)',
    replace: '',
    tests: 'contacts',
  },
  {
    name: 'contacts: a failed recovery is address 0',
    file: 'libraries/Signatures.sol',
    find: 'failure == ECDSA.RecoverError.NoError && recovered == signer',
    replace: 'recovered == signer',
    tests: 'contacts',
  },
  verifier(
    'a deployed signer is deployed again',
    'if (signer.code.length != 0 && Signatures.isValid(signer, digest, inner)) return true;',
    '',
  ),
  verifier('factories may fail', 'if (!done) revert SignatureVerifier_FactoryFailed(factory);', 'done;'),
]

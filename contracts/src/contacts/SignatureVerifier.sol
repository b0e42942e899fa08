// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISignatureVerifier} from "../interfaces/ISignatureVerifier.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Signature verifier
/// @dev Errors and what the function promises stand in `ISignatureVerifier`.
contract SignatureVerifier is ISignatureVerifier {
    /// @dev Ends every signature of ERC-6492.
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    /// @inheritdoc ISignatureVerifier
    function verify(address signer, bytes32 digest, bytes calldata signature) external returns (bool) {
        uint256 length = signature.length;
        if (length < 32 || bytes32(signature[length - 32:]) != MAGIC) {
            return Signatures.isValid(signer, digest, signature);
        }
        (address factory, bytes memory call, bytes memory inner) =
            abi.decode(signature[:length - 32], (address, bytes, bytes));
        // A deployed signer may have signed as it was before, or may need the call, which then prepares it.
        if (signer.code.length != 0 && Signatures.isValid(signer, digest, inner)) return true;
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = factory.call(call);
        if (!done) revert SignatureVerifier_FactoryFailed(factory);
        return Signatures.isValid(signer, digest, inner);
    }
}

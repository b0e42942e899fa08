// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SignatureVerifier} from "../../src/contacts/SignatureVerifier.sol";
import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {Base} from "../support/Base.sol";
import {ContractWallet} from "../support/Wallets.sol";

contract SignatureVerifierTest is Base {
    uint256 private constant KEY = 0x5E4D;
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;
    bytes32 private constant DIGEST = keccak256("digest");

    SignatureVerifier private _verifier;
    address private _signer;

    function setUp() public {
        _verifier = new SignatureVerifier();
        _signer = vm.addr(KEY);
    }

    function isRefused(address signer, bytes memory signature) private {
        assertTrue(!_verifier.verify(signer, DIGEST, signature), "accepted");
    }

    function test_otherForms_areRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        assertTrue(_verifier.verify(_signer, DIGEST, abi.encodePacked(r, s, v)), "the one form");
        isRefused(_signer, abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27)));
        isRefused(_signer, abi.encodePacked(r, s, uint8(v - 27)));
        isRefused(_signer, abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
        isRefused(_signer, "");
    }

    /// @dev A recovery that fails answers address 0, which signed nothing; nor did any precompile.
    function test_noSigner_isAddress0OrAPrecompile() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        for (uint160 i; i < 0x120; ++i) {
            isRefused(address(i), abi.encodePacked(bytes32(0), bytes32(0), uint8(27)));
            isRefused(address(i), abi.encodePacked(r, s, v));
            isRefused(address(i), abi.encodePacked(r, s, uint8(29)));
            isRefused(address(i), "");
        }
    }

    function test_wrapped_nestedOrCallingItself_isRefused() public {
        bytes memory call = abi.encodeCall(ISignatureVerifier.verify, (_signer, DIGEST, ""));
        bytes memory wrapped = bytes.concat(abi.encode(address(_verifier), call, ""), MAGIC);
        isRefused(address(0), wrapped);
        isRefused(address(0), bytes.concat(abi.encode(address(4), bytes(""), wrapped), MAGIC));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        isRefused(address(0), bytes.concat(abi.encode(address(4), bytes(""), abi.encodePacked(r, s, v)), MAGIC));
    }

    function test_wallet_isAskedWithTheDigest() public {
        address wallet = address(new ContractWallet(_signer));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        assertTrue(_verifier.verify(wallet, DIGEST, abi.encodePacked(r, s, v)), "ERC-1271");
        (v, r, s) = vm.sign(KEY, keccak256("another"));
        isRefused(wallet, abi.encodePacked(r, s, v));
    }
}

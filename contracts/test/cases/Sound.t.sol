// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISignatureVerifier} from "../../src/interfaces/ISignatureVerifier.sol";
import {BulkParameters} from "../../src/types/Economics.sol";
import {BulkPricing} from "../../src/economics/BulkPricing.sol";
import {FakeExponential} from "../../src/libraries/FakeExponential.sol";
import {DemandGate} from "../../src/invites/DemandGate.sol";
import {DemandCurve, InviteContext} from "../../src/types/Invites.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";

contract SoundTest is EconomicsDeployed {
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    /// No signature is any good for address 0, a precompile, an address without code, or in a malleable or short form.
    function test_sound_verifier() public {
        bytes32 digest = keccak256("digest");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SENDER_KEY, digest);
        assertTrue(verifier.verify(sender, digest, abi.encodePacked(r, s, v)), "control");
        bytes32 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 high = bytes32(uint256(n) - uint256(s));
        assertTrue(
            !verifier.verify(sender, digest, abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27))), "high s"
        );
        assertTrue(!verifier.verify(sender, digest, abi.encodePacked(r, s, uint8(v - 27))), "v 0 or 1");
        bytes32 vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
        assertTrue(!verifier.verify(sender, digest, abi.encodePacked(r, vs)), "64 bytes");
        for (uint160 i; i < 0x120; ++i) {
            assertTrue(
                !verifier.verify(address(i), digest, abi.encodePacked(bytes32(0), bytes32(0), uint8(27))), "zero"
            );
            assertTrue(!verifier.verify(address(i), digest, abi.encodePacked(r, s, v)), "another's");
            assertTrue(!verifier.verify(address(i), digest, ""), "empty");
        }
        // wrapped, nested and self-calling
        bytes memory wrapped = bytes.concat(
            abi.encode(address(verifier), abi.encodeCall(ISignatureVerifier.verify, (sender, digest, "")), ""), MAGIC
        );
        assertTrue(!verifier.verify(address(0), digest, wrapped), "self");
        wrapped = bytes.concat(abi.encode(address(4), bytes(""), bytes.concat(wrapped)), MAGIC);
        assertTrue(!verifier.verify(address(0), digest, wrapped), "nested");
    }

    /// The steepest parameters that pass, the greatest reach and stake: neither overflow nor runaway gas.
    function test_sound_pricingExtremes() public {
        BulkPricing steep = new BulkPricing(
            GOVERNANCE,
            reputation,
            BulkParameters(0.1 ether, 10 ** 15, 0.1 ether, 10 ** 9, 10 ** 9, 5, 10 ** 6, 10 ** 6, 64)
        );
        stake(ALICE, 10 ** 27);
        register(ALICE);
        uint256 before = gasleft();
        assertEq(steep.quote(ALICE, ALICE, BOB), 0.1 ether, "bounded");
        assertTrue(before - gasleft() < 300_000, "gas");
    }

    function grow(uint256 f, uint256 n, uint256 d) external pure returns (uint256) {
        return FakeExponential.grow(f, n, d);
    }

    function testFuzz_sound_growIsMonotoneAndEnds(uint256 f, uint256 n, uint256 d, uint256 more) public view {
        f = clamp(f, 1, 10 ** 18);
        d = clamp(d, 1, 10 ** 6 * 30 days);
        n = clamp(n, 0, 17 * d);
        uint256 m = clamp(more, n, 17 * d);
        uint256 low = this.grow(f, n, d);
        assertTrue(low >= f && low <= this.grow(f, m, d), "monotone");
    }

    /// At the bounds of a curve, after 17 fractions of demand: an invite still costs bounded gas and fee.
    function test_sound_demandExtremes() public {
        DemandGate gate = new DemandGate(GOVERNANCE, DemandCurve(59604644776, 10 ** 18, 1, 30 days, 1));
        InviteContext memory c = InviteContext(ALICE, BOB, BOB, "x", "");
        for (uint256 i; i < 40; ++i) {
            uint256 before = gasleft();
            gate.admit(c);
            assertTrue(before - gasleft() < 100_000, "gas");
        }
        (, uint256 fee) = gate.quote(c);
        assertEq(fee, 10 ** 18, "maximum");
    }
}

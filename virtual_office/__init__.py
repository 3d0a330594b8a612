"""The registered address: agreements, declarations and proofs, certificates, exit cases."""

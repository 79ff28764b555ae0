"""What passed between us and a customer: calls, meetings, e-mails, notes, proposals."""

"""What is sold, shipped and paid: products, invoices, payments, shipments."""

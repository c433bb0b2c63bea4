-- Invoices that show a firm at work.
SELECT invoice_date, seller_uscc, seller_region_code, abs(amount_yuan) AS amount_yuan
FROM tax__vat_invoice
WHERE status_code IN (SELECT status_code FROM invoice_statuses WHERE is_valid)

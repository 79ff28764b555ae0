"""Whatever changes a record marks its days as changed, in the same transaction: bulk writes and plain SQL too.

One trigger per statement, never per row. Old and new rows are compared by EXCEPT, not by a join: a join of
transition tables keeps the plan made for the first, small statement and is quadratic for a large one.
What a trigger cannot name exactly it marks too widely: a needless mark costs a recount, a missing one an error.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION otdel_purchase() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((SELECT purchase FROM org_company), 'payments') $$;

CREATE FUNCTION otdel_new_client_days() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((SELECT new_client_days FROM org_company), 90)::integer $$;

CREATE FUNCTION otdel_first_purchase(client bigint) RETURNS date LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE kind text := otdel_purchase();
BEGIN
    IF client IS NULL THEN
        RETURN NULL;
    ELSIF kind = 'shipments' THEN
        RETURN (SELECT shipped_on FROM billing_shipment WHERE customer_id = client AND deleted_at IS NULL AND amount > 0
                ORDER BY shipped_on LIMIT 1);
    ELSIF kind = 'deals' THEN
        RETURN (SELECT min(d.closed_on) FROM deals_deal d JOIN deals_stage s ON s.id = d.stage_id
                WHERE d.customer_id = client AND d.deleted_at IS NULL AND s.outcome = 'WON');
    END IF;
    RETURN (SELECT paid_on FROM billing_payment WHERE customer_id = client AND deleted_at IS NULL AND amount > 0
            ORDER BY paid_on LIMIT 1);
END $$;

CREATE FUNCTION otdel_mark(which text, days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE me bigint := pg_current_xact_id()::text::bigint;
BEGIN
    INSERT INTO plans_changedday (source, day, writer)
    SELECT which, d.day, me FROM (SELECT DISTINCT day FROM unnest(days) AS u(day) WHERE day IS NOT NULL) d
    WHERE NOT EXISTS (
        SELECT FROM plans_changedday c
        WHERE c.source = which AND c.day = d.day AND c.writer = me AND c.settles_at IS NULL);
END $$;

CREATE FUNCTION otdel_mark_payments(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM otdel_mark('payments', ARRAY(
        SELECT DISTINCT paid_on FROM billing_payment WHERE id = ANY (ids) AND deleted_at IS NULL));
END $$;

CREATE FUNCTION otdel_mark_shipments(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM otdel_mark('shipments', ARRAY(
        SELECT DISTINCT shipped_on FROM billing_shipment WHERE id = ANY (ids) AND deleted_at IS NULL));
END $$;

CREATE FUNCTION otdel_mark_payments_of_deals(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM otdel_mark('payments', ARRAY(
        SELECT DISTINCT paid_on FROM billing_payment WHERE deal_id = ANY (ids) AND deleted_at IS NULL));
END $$;

CREATE FUNCTION otdel_mark_deals(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM otdel_mark('deals', ARRAY(
        SELECT DISTINCT closed_on FROM deals_deal WHERE id = ANY (ids) AND deleted_at IS NULL));
    PERFORM otdel_mark_payments_of_deals(ids);
END $$;

CREATE FUNCTION otdel_mark_customers(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM otdel_mark('payments', ARRAY(SELECT DISTINCT paid_on FROM billing_payment WHERE customer_id = ANY (ids)));
    PERFORM otdel_mark('shipments', ARRAY(SELECT DISTINCT shipped_on FROM billing_shipment WHERE customer_id = ANY (ids)));
    PERFORM otdel_mark('deals', ARRAY(SELECT DISTINCT closed_on FROM deals_deal WHERE customer_id = ANY (ids)));
    PERFORM otdel_mark('activities', ARRAY(
        SELECT DISTINCT day FROM activities_activity WHERE customer_id = ANY (ids) AND is_done));
    PERFORM otdel_mark('clients', ARRAY(SELECT DISTINCT otdel_first_purchase(id) FROM unnest(ids) AS u(id)));
END $$;

-- Purchases of these clients on these days came, went or changed: the day of a first purchase may have moved,
-- and with it who was new on later days.
CREATE FUNCTION otdel_mark_purchases(kind text, clients bigint[], days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moved bigint[];
    edges date[];
    span integer := otdel_new_client_days();
BEGIN
    IF clients IS NULL OR kind <> otdel_purchase() THEN
        RETURN;
    END IF;
    -- an earlier purchase that nobody touched stays the first one
    SELECT array_agg(client), array_agg(edge) INTO moved, edges
    FROM (SELECT client, min(day) AS edge FROM unnest(clients, days) AS u(client, day) GROUP BY client) c
    WHERE coalesce(otdel_first_purchase(client) >= edge, true);
    IF moved IS NULL THEN
        RETURN;
    END IF;
    PERFORM otdel_mark('clients', ARRAY(
        SELECT DISTINCT u.day FROM unnest(clients, days) AS u(client, day) JOIN unnest(moved) AS m(client) USING (client)));
    IF kind = 'payments' THEN
        PERFORM otdel_mark('clients', ARRAY(SELECT DISTINCT paid_on FROM billing_payment
            WHERE customer_id = ANY (moved) AND deleted_at IS NULL AND amount > 0));
    ELSIF kind = 'shipments' THEN
        PERFORM otdel_mark('clients', ARRAY(SELECT DISTINCT shipped_on FROM billing_shipment
            WHERE customer_id = ANY (moved) AND deleted_at IS NULL AND amount > 0));
    ELSE
        PERFORM otdel_mark('clients', ARRAY(SELECT DISTINCT closed_on FROM deals_deal
            WHERE customer_id = ANY (moved) AND deleted_at IS NULL));
    END IF;
    PERFORM otdel_mark('payments', ARRAY(SELECT DISTINCT f.paid_on FROM unnest(moved, edges) AS m(client, edge)
        JOIN billing_payment f ON f.customer_id = m.client AND f.paid_on > m.edge + span AND f.deleted_at IS NULL));
    PERFORM otdel_mark('shipments', ARRAY(SELECT DISTINCT f.shipped_on FROM unnest(moved, edges) AS m(client, edge)
        JOIN billing_shipment f ON f.customer_id = m.client AND f.shipped_on > m.edge + span AND f.deleted_at IS NULL));
    PERFORM otdel_mark('deals', ARRAY(SELECT DISTINCT f.closed_on FROM unnest(moved, edges) AS m(client, edge)
        JOIN deals_deal f ON f.customer_id = m.client AND f.closed_on > m.edge + span AND f.deleted_at IS NULL));
    PERFORM otdel_mark('activities', ARRAY(SELECT DISTINCT f.day FROM unnest(moved, edges) AS m(client, edge)
        JOIN activities_activity f ON f.customer_id = m.client AND f.day > m.edge + span
            AND f.deleted_at IS NULL AND f.is_done));
END $$;

CREATE FUNCTION otdel_mark_products(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM otdel_mark('shipments', ARRAY(SELECT DISTINCT s.shipped_on FROM billing_shipmentline l
        JOIN billing_shipment s ON s.id = l.shipment_id WHERE l.product_id = ANY (ids)));
    PERFORM otdel_mark_payments(ARRAY(SELECT DISTINCT a.payment_id FROM billing_invoiceline l
        JOIN billing_allocation a ON a.invoice_id = l.invoice_id WHERE l.product_id = ANY (ids)));
    PERFORM otdel_mark_deals(ARRAY(SELECT DISTINCT l.deal_id FROM billing_dealline l WHERE l.product_id = ANY (ids)));
END $$;

CREATE FUNCTION otdel_mark_everything() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    paid date[] := ARRAY(SELECT DISTINCT paid_on FROM billing_payment);
    shipped date[] := ARRAY(SELECT DISTINCT shipped_on FROM billing_shipment);
    closed date[] := ARRAY(SELECT DISTINCT closed_on FROM deals_deal WHERE closed_on IS NOT NULL);
BEGIN
    PERFORM otdel_mark('payments', paid);
    PERFORM otdel_mark('shipments', shipped);
    PERFORM otdel_mark('deals', closed);
    PERFORM otdel_mark('activities', ARRAY(SELECT DISTINCT day FROM activities_activity WHERE is_done));
    PERFORM otdel_mark('clients', paid || shipped || closed);
END $$;
"""

NAMES = (
    "otdel_mark_everything()",
    "otdel_mark_products(bigint[])",
    "otdel_mark_purchases(text, bigint[], date[])",
    "otdel_mark_customers(bigint[])",
    "otdel_mark_deals(bigint[])",
    "otdel_mark_payments_of_deals(bigint[])",
    "otdel_mark_shipments(bigint[])",
    "otdel_mark_payments(bigint[])",
    "otdel_mark(text, date[])",
    "otdel_first_purchase(bigint)",
    "otdel_new_client_days()",
    "otdel_purchase()",
)

ALIVE = "(deleted_at IS NULL) AS alive"
WON = "stage_id IN (SELECT id FROM deals_stage WHERE outcome = 'WON')"


def rows(columns: str, operation: str) -> str:
    """What the statement wrote: for an update, both versions of the rows that differ in these columns."""
    if operation != "UPDATE":
        return f"(SELECT {columns} FROM {'new_rows' if operation == 'INSERT' else 'old_rows'}) c"
    old, new = (f"SELECT {columns} FROM {table}" for table in ("old_rows", "new_rows"))
    return f"(({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})) c"


def purchases(kind: str, day: str, columns: str, condition: str, operation: str) -> str:
    return f"""
    SELECT array_agg(customer_id), array_agg({day}) INTO clients, days
    FROM (SELECT DISTINCT customer_id, {day} FROM {rows(columns, operation)}
          WHERE alive AND {condition} AND customer_id IS NOT NULL) d;
    PERFORM otdel_mark_purchases('{kind}', clients, days);"""


def payment(operation: str) -> str:
    columns = f"id, paid_on, amount, customer_id, deal_id, owner_id, unit_id, {ALIVE}"
    mark = f"PERFORM otdel_mark('payments', ARRAY(SELECT DISTINCT paid_on FROM {rows(columns, operation)} WHERE alive));"
    return mark + purchases("payments", "paid_on", columns, "amount > 0", operation)


def shipment(operation: str) -> str:
    columns = f"id, shipped_on, amount, customer_id, owner_id, unit_id, region_id, channel_id, {ALIVE}"
    mark = f"PERFORM otdel_mark('shipments', ARRAY(SELECT DISTINCT shipped_on FROM {rows(columns, operation)} WHERE alive));"
    return mark + purchases("shipments", "shipped_on", columns, "amount > 0", operation)


def deal(operation: str) -> str:
    columns = f"id, closed_on, amount, customer_id, owner_id, unit_id, stage_id, region_id, channel_id, {ALIVE}"
    mark = f"""
    PERFORM otdel_mark('deals', ARRAY(
        SELECT DISTINCT closed_on FROM {rows(columns, operation)} WHERE alive AND {WON}));"""
    mark += purchases("deals", "closed_on", columns, f"closed_on IS NOT NULL AND {WON}", operation)
    if operation == "UPDATE":
        # a payment takes its region and channel from its deal
        mark += f"""
    PERFORM otdel_mark_payments_of_deals(ARRAY(
        SELECT DISTINCT id FROM {rows("id, region_id, channel_id", operation)}));"""
    return mark


def activity(operation: str) -> str:
    columns = f"id, kind, day, is_done, owner_id, unit_id, customer_id, {ALIVE}"
    return f"""PERFORM otdel_mark('activities', ARRAY(SELECT DISTINCT day FROM {rows(columns, operation)}
        WHERE alive AND is_done AND kind IN ('CALL', 'MEETING', 'PROPOSAL')));"""


def owners(function: str, column: str, columns: str, operation: str) -> str:
    return f"PERFORM {function}(ARRAY(SELECT DISTINCT {column} FROM {rows(columns, operation)}));"


def shipment_line(operation: str) -> str:
    return owners(
        "otdel_mark_shipments", "shipment_id", "id, shipment_id, product_id, quantity, amount, cost", operation
    )


def deal_line(operation: str) -> str:
    return owners("otdel_mark_deals", "deal_id", "id, deal_id, product_id, amount", operation)


def allocation(operation: str) -> str:
    return owners("otdel_mark_payments", "payment_id", "id, payment_id, invoice_id, amount", operation)


def invoice_line(operation: str) -> str:
    return f"""PERFORM otdel_mark_payments(ARRAY(SELECT DISTINCT a.payment_id FROM billing_allocation a
        WHERE a.invoice_id = ANY (ARRAY(
            SELECT DISTINCT invoice_id FROM {rows("id, invoice_id, product_id, amount", operation)}))));"""


def customer(operation: str) -> str:
    return owners("otdel_mark_customers", "id", "id, segment_id, region_id, channel_id", operation)


def product(operation: str) -> str:
    return owners("otdel_mark_products", "id", "id, group_id, unit_cost", operation)


def stage(operation: str) -> str:
    return f"""
    PERFORM otdel_mark_deals(ARRAY(SELECT d.id FROM deals_deal d WHERE d.closed_on IS NOT NULL AND d.stage_id = ANY (ARRAY(
        SELECT DISTINCT id FROM {rows("id, outcome", operation)}))));
    SELECT array_agg(d.customer_id), array_agg(d.closed_on) INTO clients, days FROM deals_deal d
    WHERE d.closed_on IS NOT NULL AND d.customer_id IS NOT NULL
        AND d.stage_id = ANY (ARRAY(SELECT DISTINCT id FROM {rows("id, outcome", operation)}));
    PERFORM otdel_mark_purchases('deals', clients, days);"""


def company(operation: str) -> str:
    return f"""IF EXISTS (SELECT FROM {rows("new_client_days, purchase", operation)}) THEN
        PERFORM otdel_mark_everything();
    END IF;"""


ALL = ("INSERT", "UPDATE", "DELETE")
TABLES = {
    "billing_payment": (payment, ALL),
    "billing_shipment": (shipment, ALL),
    "billing_shipmentline": (shipment_line, ALL),
    "billing_allocation": (allocation, ALL),
    "billing_invoiceline": (invoice_line, ALL),
    "billing_dealline": (deal_line, ALL),
    "billing_product": (product, ("UPDATE",)),
    "deals_deal": (deal, ALL),
    "deals_stage": (stage, ("UPDATE",)),
    "activities_activity": (activity, ALL),
    "customers_customer": (customer, ("UPDATE",)),
    "org_company": (company, ALL),
}
REFERENCING = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def create(table: str, operation: str) -> str:
    name = f"{table}_facts_{operation.lower()}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    clients bigint[];
    days date[];
BEGIN
    {TABLES[table][0](operation)}
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {operation} ON {table} REFERENCING {REFERENCING[operation]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def drop(table: str, operation: str) -> str:
    name = f"{table}_facts_{operation.lower()}"
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


PAIRS = [(table, operation) for table, (_, operations) in TABLES.items() for operation in operations]
# Rewritten every minute: without early vacuum the board's index-only scans go back to the table.
VACUUM = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02"
FACTS = ("plans_factday", "plans_factunitday", "plans_factcell")


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0004_facts"),
        ("org", "0003_company_purchase"),
        ("customers", "0002_history"),
        ("deals", "0002_history"),
        ("billing", "0002_history"),
        ("activities", "0002_history"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, "".join(f"DROP FUNCTION {name};" for name in NAMES)),
        *(migrations.RunSQL(create(*pair), drop(*pair)) for pair in PAIRS),
        migrations.RunSQL(
            "".join(f"ALTER TABLE {table} SET ({VACUUM});" for table in FACTS), migrations.RunSQL.noop
        ),
        # records that were here before the triggers
        migrations.RunSQL("SELECT otdel_mark_everything()", migrations.RunSQL.noop),
    ]

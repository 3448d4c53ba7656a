-- Where a device was last, as far as its address tells; empty texts are null.
ALTER TABLE device ADD COLUMN timezone {{text}};
ALTER TABLE device ADD COLUMN platform {{text}};
ALTER TABLE device ADD COLUMN city TEXT;
ALTER TABLE device ADD COLUMN region TEXT;
ALTER TABLE device ADD COLUMN country TEXT;

-- Contacts who are not followed any more.
CREATE TABLE untracked (
	contact_id BIGINT NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (contact_id)
) {{clustered}};

-- When a page of each web site was last viewed.
CREATE TABLE visit_site (
	host {{text}} NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (host)
) {{clustered}};

-- Links from one site to another that were followed: each leads once.
CREATE TABLE visit_link (
	seal {{text}} NOT NULL,
	expires BIGINT NOT NULL,
	PRIMARY KEY (seal)
) {{clustered}};

package nadir.hapi;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.batch2.maintenance.JobMaintenanceServiceImpl;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.IDaoRegistry;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.IdStrategyEnum;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.api.model.HistoryCountModeEnum;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.binary.api.IBinaryStorageSvc;
import ca.uhn.fhir.jpa.binary.svc.NullBinaryStorageSvcImpl;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.config.util.ResourceCountCacheUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.provider.DaoRegistryResourceSupportedSvc;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.search.IStaleSearchDeletingSvc;
import ca.uhn.fhir.jpa.search.StaleSearchDeletingSvcImpl;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.util.ResourceCountCache;
import ca.uhn.fhir.rest.api.IResourceSupportedSvc;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * What the server is made of. System properties, and what HAPI with its public starter does by itself:
 *
 * <ul>
 *   <li>{@code hapi.database} none: a folder for the database, which is in memory without one
 *   <li>{@code hapi.maxPageSize} 1000 [200]: a larger {@code _count} is cut to it
 *   <li>{@code hapi.fetchMax} none [200]: ends the paging of long searches early
 *   <li>{@code hapi.reuseSearchMillis} none [60000]: a search asked again gives the old answer
 *   <li>{@code hapi.historyCount} COUNT_ACCURATE [CACHED_ONLY_WITHOUT_OFFSET]: new versions stay hidden for a minute
 * </ul>
 */
@Configuration
@EnableTransactionManagement
@Import({
    JpaR4Config.class,
    JpaBatch2Config.class,
    Batch2JobsConfig.class,
    SubscriptionChannelConfig.class,
    ThreadPoolFactoryConfig.class
})
class Settings {

    @Bean
    JpaStorageSettings storage() {
        var storage = new JpaStorageSettings();
        storage.setFetchSizeDefaultMaximum(Integer.getInteger("hapi.fetchMax"));
        storage.setReuseCachedSearchResultsForMillis(Long.getLong("hapi.reuseSearchMillis"));
        storage.setHistoryCountMode(
                HistoryCountModeEnum.valueOf(System.getProperty("hapi.historyCount", "COUNT_ACCURATE")));
        // How many rows a search loads at a time, as HAPI documents it; past the third step fetchMax ends it.
        storage.setSearchPreFetchThresholds(List.of(13, 503, 2003, -1));
        storage.setResourceServerIdStrategy(IdStrategyEnum.UUID);
        // Hospitals' records point to what is not there; the loader and the client must live with it.
        storage.setEnforceReferentialIntegrityOnWrite(false);
        storage.setEnforceReferentialIntegrityOnDelete(false);
        storage.setAllowExternalReferences(true);
        storage.setPreExpandValueSets(false);
        storage.setEnableTaskPreExpandValueSets(false);
        storage.setJobFastTrackingEnabled(true);
        // A finished export would be given again to whoever asks the same way, with what was true then.
        storage.setEnableBulkExportJobReuse(false);
        return storage;
    }

    @Bean
    DatabaseBackedPagingProvider paging() {
        var paging = new DatabaseBackedPagingProvider();
        paging.setDefaultPageSize(20);
        paging.setMaximumPageSize(Integer.getInteger("hapi.maxPageSize", 1000));
        return paging;
    }

    @Bean
    BasicDataSource database() {
        var folder = System.getProperty("hapi.database");
        var pool = new BasicDataSource();
        pool.setDriverClassName("org.h2.Driver");
        pool.setUrl(folder == null ? "jdbc:h2:mem:hapi;DB_CLOSE_DELAY=-1" : "jdbc:h2:file:" + folder + "/hapi");
        pool.setUsername("sa");
        pool.setPassword("");
        pool.setMaxTotal(40);
        return pool;
    }

    @Bean
    @Primary
    LocalContainerEntityManagerFactoryBean entityManagerFactory(
            ConfigurableListableBeanFactory beans, FhirContext fhir, JpaStorageSettings storage, DataSource database) {
        var factory = HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, storage);
        factory.setPersistenceUnitName("HAPI_PU");
        factory.setDataSource(database);
        factory.setJpaPropertyMap(Map.of(
                "hibernate.dialect", HapiFhirH2Dialect.class.getName(),
                "hibernate.hbm2ddl.auto", "update",
                "hibernate.jdbc.batch_size", "20",
                "hibernate.cache.use_query_cache", "false",
                "hibernate.cache.use_second_level_cache", "false",
                "hibernate.search.enabled", "false"));
        return factory;
    }

    @Bean
    @Primary
    JpaTransactionManager transactionManager(EntityManagerFactory factory) {
        return new JpaTransactionManager(factory);
    }

    /** HAPI moves its batch jobs on once a minute; tests cannot wait for that. */
    @Bean
    static BeanPostProcessor quickJobs() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof JobMaintenanceServiceImpl jobs) {
                    jobs.setScheduledJobFrequencyMillis(500);
                }
                return bean;
            }
        };
    }

    /** The conformance provider looks it up by this name. */
    @Bean("myResourceCountsCache")
    ResourceCountCache resourceCounts(IFhirSystemDao<?, ?> system) {
        return ResourceCountCacheUtil.newResourceCountCache(system);
    }

    @Bean
    IResourceSupportedSvc supportedTypes(IDaoRegistry daos) {
        return new DaoRegistryResourceSupportedSvc(daos);
    }

    @Bean
    IStaleSearchDeletingSvc staleSearches() {
        return new StaleSearchDeletingSvcImpl();
    }

    @Bean
    IBinaryStorageSvc binaries() {
        return new NullBinaryStorageSvcImpl();
    }

    @Bean
    PartitionSettings partitions() {
        return new PartitionSettings();
    }

    @Bean
    SubscriptionSettings subscriptions() {
        return new SubscriptionSettings();
    }
}
